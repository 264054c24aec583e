import { DISPUTE, type Dispute, MOVE, type Move } from "../dispute-rows.ts";
import { ask } from "../graphql.ts";
import type { Movement } from "../movements/movements.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { PAIR_REJECTION, type PairRejection, SETTLEMENT, type SettlementRow } from "../rows.ts";
import { readItems } from "../shapes.ts";
import { movedWhere, readMovements, selectMovements } from "./movements.ts";
import { rows } from "./query-parts.ts";

/** What happened in a block, or in a transaction, of this network. */
export interface Happened {
  readonly settlements: readonly SettlementRow[];
  /** Pairs of batches that the contract skipped. */
  readonly rejections: readonly PairRejection[];
  /** Moves of disputes, and disputes that were opened or faults that were proved. */
  readonly moves: readonly Move[];
  readonly disputes: readonly Dispute[];
  readonly movements: readonly Movement[];
}

/** Rows of one kind that a page shows; a block of this network alone could hold more. */
const MOST = 200;

const selectHappened = (filter: string): string => {
  const all = `where: { ${filter} }, orderBy: "id", orderDirection: "asc", limit: ${MOST}`;
  return `${rows(SETTLEMENT, all, "settlements")} ${rows(PAIR_REJECTION, all, "pairRejections")}
    ${rows(MOVE, all, "disputeMoves")} ${rows(DISPUTE, all, "disputes")} ${selectMovements(movedWhere(filter), MOST)}`;
};

const readHappened = (data: Readonly<Record<string, unknown>>): Happened => ({
  settlements: readItems(SETTLEMENT, data["settlements"], "settlements"),
  rejections: readItems(PAIR_REJECTION, data["pairRejections"], "pairRejections"),
  moves: readItems(MOVE, data["disputeMoves"], "disputeMoves"),
  disputes: readItems(DISPUTE, data["disputes"], "disputes"),
  movements: readMovements(data),
});

export const TRANSACTION_PAGE = defineQuery({
  takes: { hash: "String" },
  fields: selectHappened("transactionHash: $hash"),
  read: readHappened,
});

/** What one transaction did, in the order of its events. */
export const readTransaction = (hash: string): Promise<IndexReply<Happened>> => ask(TRANSACTION_PAGE, { hash });

export const BLOCK_PAGE = defineQuery({
  takes: { block: "BigInt" },
  fields: selectHappened("block: $block"),
  read: readHappened,
});

/** What happened in one block. */
export const readBlock = (block: bigint): Promise<IndexReply<Happened>> => ask(BLOCK_PAGE, { block: String(block) });

/** Whether anything of this network happened. */
export const isEmpty = ({ settlements, rejections, moves, disputes, movements }: Happened): boolean =>
  settlements.length + rejections.length + moves.length + disputes.length + movements.length === 0;
