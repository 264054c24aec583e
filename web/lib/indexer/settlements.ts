import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { SETTLEMENT, type SettlementRow } from "../rows.ts";
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

/** Settlements beside one in its lane; undefined at either end. */
export interface LaneNeighbours {
  readonly before: SettlementRow | undefined;
  readonly after: SettlementRow | undefined;
}

const OF_LANE = "clientAddress: $client, executorAddress: $executor, laneNumber: $lane";

export const LANE_NEIGHBOURS = defineQuery({
  takes: { client: "String!", executor: "String!", lane: "BigInt", nonce: "BigInt" },
  fields: `before: ${rows(SETTLEMENT, `where: { ${OF_LANE}, nonce_lt: $nonce }, orderBy: "nonce", orderDirection: "desc", limit: 1`, "settlements")}
    after: ${rows(SETTLEMENT, `where: { ${OF_LANE}, nonce_gt: $nonce }, orderBy: "nonce", orderDirection: "asc", limit: 1`, "settlements")}`,
  read: (data): LaneNeighbours => ({
    before: readItems(SETTLEMENT, data["before"], "before")[0],
    after: readItems(SETTLEMENT, data["after"], "after")[0],
  }),
});

/** The settlements before and after one in its lane. */
export const readLaneNeighbours = ({
  clientAddress,
  executorAddress,
  laneNumber,
  nonce,
}: SettlementRow): Promise<IndexReply<LaneNeighbours>> =>
  ask(LANE_NEIGHBOURS, {
    client: clientAddress,
    executor: executorAddress,
    lane: String(laneNumber),
    nonce: String(nonce),
  });
