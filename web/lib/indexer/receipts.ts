import { askNow } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { hex, orNull, whole } from "../readers.ts";
import { NETWORK, SETTLEMENT } from "../rows.ts";
import { readItems, readRowOrNull } from "../shapes.ts";
import { NETWORK_ROW, rows } from "./query-parts.ts";

const DEPLOYMENT = { chainId: NETWORK.chainId, accounting: NETWORK.accounting } as const;
const PAID_FOR = {
  id: SETTLEMENT.id,
  nonce: SETTLEMENT.nonce,
  responseHash: SETTLEMENT.responseHash,
  laneCost: SETTLEMENT.laneCost,
  unpaid: SETTLEMENT.unpaid,
} as const;
const SESSION_KEY = { address: hex, principalAddress: hex, thawEnd: orNull(whole) } as const;

const OF_LANE = "clientAddress: $client, executorAddress: $executor, laneNumber: $lane, nonce_gte: $nonce";

export const SETTLED_RECEIPT = defineQuery({
  takes: { client: "String!", executor: "String!", lane: "BigInt", nonce: "BigInt" },
  fields: `${NETWORK_ROW} { chainId accounting }
    ${rows(PAID_FOR, `where: { ${OF_LANE} }, orderBy: "nonce", orderDirection: "asc", limit: 1`, "settlements")}
    ${rows(SESSION_KEY, "where: { principalAddress_in: [$client, $executor] }, limit: 200", "sessionSigners")}`,
  read: (data) => ({
    network: readRowOrNull(DEPLOYMENT, data["network"], "network"),
    settlement: readItems(PAID_FOR, data["settlements"], "settlements")[0],
    keys: readItems(SESSION_KEY, data["sessionSigners"], "sessionSigners"),
  }),
});

/** A place in a lane. */
interface LanePlace {
  readonly client: string;
  readonly executor: string;
  readonly lane: string;
  readonly nonce: string;
}

export type SettledReceipt = ReturnType<typeof SETTLED_RECEIPT.read>;

/** The first settlement at a place of a lane or after it, and the keys that ever signed for its parties. */
export const readSettledReceipt = (place: LanePlace): Promise<IndexReply<SettledReceipt>> =>
  askNow(SETTLED_RECEIPT, place);
