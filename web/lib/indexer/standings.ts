import { askNow } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { big } from "../readers.ts";
import { REPUTATION_ROW } from "../reputation-rows.ts";
import { readItems } from "../shapes.ts";
import { rows } from "./query-parts.ts";

const STANDING = { ...REPUTATION_ROW, block: big } as const;
const PAGE = 500;
const AFTER = "where: { executorAddress: $executor, epoch_gt: $after }";

export const STANDINGS = defineQuery({
  takes: { executor: "String!", after: "Int" },
  fields: rows(STANDING, `${AFTER}, orderBy: "epoch", orderDirection: "asc", limit: ${PAGE}`, "reputations"),
  read: (data) => readItems(STANDING, data["reputations"], "reputations"),
});

export type ToldStandings = ReturnType<typeof STANDINGS.read>;

/** An executor's standings of epochs in which something happened, from the one after `after` on, 500 at most. */
export const readStandings = (of: {
  readonly executor: string;
  readonly after: number;
}): Promise<IndexReply<ToldStandings>> => askNow(STANDINGS, of);
