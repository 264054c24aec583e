/** How much of the deposit to move into a channel. Pure, exact, in base units. */

import type { ChannelFunds } from "@lloom/protocol/channel-money";

/** Money of a channel and behind it. */
export interface FundingFacts extends Pick<ChannelFunds, "balance" | "unlocking"> {
  /** Most that the new request adds to what its lane costs. */
  readonly needed: bigint;
  /** Most that the executor may still settle for everything signed so far. */
  readonly outstanding: bigint;
  /** Free deposit. */
  readonly deposit: bigint;
  /** Least to move at a time. */
  readonly step: bigint;
}

export type FundingPlan =
  | { readonly type: "enough" }
  | { readonly type: "allocate"; readonly amount: bigint }
  /** So much is missing from the deposit. */
  | { readonly type: "insufficient"; readonly missing: bigint };

/** Requests like this one that an allocation should last for. */
const REQUESTS_AHEAD = 4n;

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** Nothing if the channel covers the request; else a sensible step, as far as the deposit reaches. */
export function planFunding({ needed, outstanding, balance, unlocking, deposit, step }: FundingFacts): FundingPlan {
  const missing = needed + outstanding + unlocking - balance;
  if (missing <= 0n) return { type: "enough" };
  if (deposit < missing) return { type: "insufficient", missing: missing - deposit };
  return { type: "allocate", amount: smaller(deposit, larger(missing, larger(needed * REQUESTS_AHEAD, step))) };
}
