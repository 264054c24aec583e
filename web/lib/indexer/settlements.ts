import { ask } from "../graphql.ts";
import type { Answer } from "../problem.ts";
import {
  type Hex,
  PAIR_REJECTION,
  type PairRejection,
  readItems,
  readRowOrNull,
  SETTLEMENT,
  type Settlement,
  selection,
} from "../rows.ts";
import { list } from "./selections.ts";

/** One settlement by its id; undefined if there is none. */
export const readSettlement = (id: string): Promise<Answer<Settlement | undefined>> =>
  ask(
    { takes: "$id: String!", fields: `settlement(id: $id) { ${selection(SETTLEMENT)} }`, variables: { id } },
    (data) => readRowOrNull(SETTLEMENT, data["settlement"], "settlement"),
  );

export interface TransactionPage {
  readonly settlements: readonly Settlement[];
  /** Pairs of the same batch that the contract skipped. */
  readonly rejections: readonly PairRejection[];
}

/** What one transaction settled and what it refused, in the order of its events. */
export const readTransaction = (hash: Hex): Promise<Answer<TransactionPage>> =>
  ask(
    {
      takes: "$hash: String",
      fields: `${list(SETTLEMENT, `where: { transactionHash: $hash }, orderBy: "id", orderDirection: "asc", limit: 200`, "settlements")}
      ${list(PAIR_REJECTION, `where: { transactionHash: $hash }, orderBy: "id", orderDirection: "asc", limit: 200`, "pairRejections")}`,
      variables: { hash },
    },
    (data) => ({
      settlements: readItems(SETTLEMENT, data["settlements"], "settlements"),
      rejections: readItems(PAIR_REJECTION, data["pairRejections"], "pairRejections"),
    }),
  );
