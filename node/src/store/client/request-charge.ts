import type { Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import { SETTLE_WINDOW_SECONDS } from "./outstanding.ts";
import { LANE, laneKey, REQUEST } from "./request-steps.ts";

/** What a request has cost, for good. */
export interface RequestCharge {
  /** Base units. */
  readonly cost: bigint;
  /** Tokens that were counted; 0 where no answer came. */
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  readonly isAnswered: boolean;
}

export const NO_CHARGE: RequestCharge = { cost: 0n, inboundTokens: 0, outboundTokens: 0, isAnswered: false };

/**
 * What a request has cost by the client's log; undefined while it may still cost something: it was sent, nobody knows what its executor
 * signed, and that can still be settled. One that the log does not know was never signed.
 */
export function chargeOf(db: Database, requestHash: Hex, nowSeconds: number): RequestCharge | undefined {
  const row = db.get(REQUEST, { requestHash });
  if (row === undefined || row["status"] === "failed") return NO_CHARGE;
  const { executor, lane, nonce, ackedCost, costCap, deadline } = encoding.requestOf(row);
  if (row["status"] === "answered") {
    const { cumulativeCost, inboundTokens, outboundTokens } = encoding.responseOf(row);
    const tokens = { inboundTokens: Number(inboundTokens), outboundTokens: Number(outboundTokens) };
    return { cost: cumulativeCost - ackedCost, ...tokens, isAnswered: true };
  }
  const state = db.get(LANE, laneKey(executor, lane));
  if (state !== undefined && encoding.integerOf(state, "settled_nonce") >= nonce) {
    const settled = encoding.integerOf(state, "settled_cost");
    return { ...NO_CHARGE, cost: (settled < costCap ? settled : costCap) - ackedCost };
  }
  return nowSeconds > Number(deadline) + SETTLE_WINDOW_SECONDS ? NO_CHARGE : undefined;
}
