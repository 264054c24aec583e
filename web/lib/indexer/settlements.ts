import type { Hex } from "@lloom/protocol/commitment-types";
import { DISPUTE, type Dispute, MOVE, type Move } from "../dispute-rows.ts";
import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { PAIR_REJECTION, type PairRejection, SETTLEMENT, type SettlementRow } from "../rows.ts";
import { readItems, readRowOrNull, selection } from "../shapes.ts";
import { rows } from "./query-parts.ts";

export const SETTLEMENT_PAGE = defineQuery({
  takes: { id: "String!" },
  fields: `settlement(id: $id) { ${selection(SETTLEMENT)} }`,
  read: (data) => readRowOrNull(SETTLEMENT, data["settlement"], "settlement"),
});

/** One settlement by its id; undefined if there is none. */
export const readSettlement = (id: string): Promise<IndexReply<SettlementRow | undefined>> =>
  ask(SETTLEMENT_PAGE, { id });

export interface TransactionPage {
  readonly settlements: readonly SettlementRow[];
  /** Pairs of the same batch that the contract skipped. */
  readonly rejections: readonly PairRejection[];
  /** Moves of disputes, and disputes that it opened or faults that it proved. */
  readonly moves: readonly Move[];
  readonly disputes: readonly Dispute[];
}

const OF_TRANSACTION = `where: { transactionHash: $hash }, orderBy: "id", orderDirection: "asc", limit: 200`;

export const TRANSACTION_PAGE = defineQuery({
  takes: { hash: "String" },
  fields: `${rows(SETTLEMENT, OF_TRANSACTION, "settlements")} ${rows(PAIR_REJECTION, OF_TRANSACTION, "pairRejections")}
    ${rows(MOVE, OF_TRANSACTION, "disputeMoves")} ${rows(DISPUTE, OF_TRANSACTION, "disputes")}`,
  read: (data): TransactionPage => ({
    settlements: readItems(SETTLEMENT, data["settlements"], "settlements"),
    rejections: readItems(PAIR_REJECTION, data["pairRejections"], "pairRejections"),
    moves: readItems(MOVE, data["disputeMoves"], "disputeMoves"),
    disputes: readItems(DISPUTE, data["disputes"], "disputes"),
  }),
});

/** What one transaction settled and what it refused, in the order of its events. */
export const readTransaction = (hash: Hex): Promise<IndexReply<TransactionPage>> => ask(TRANSACTION_PAGE, { hash });
