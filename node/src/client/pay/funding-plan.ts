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
  /** Least to move at a time, to an executor that has shown enough. */
  readonly step: bigint;
  /** Right answers of this executor, and text of one under way. */
  readonly shown: number;
}

export type FundingPlan =
  | { readonly type: "enough" }
  | { readonly type: "allocate"; readonly amount: bigint }
  /** So much is missing from the deposit. */
  | { readonly type: "insufficient"; readonly missing: bigint };

/** Requests like this one that an allocation should last for. */
const REQUESTS_AHEAD = 4n;
/** With each answer an executor is trusted with so many times more requests ahead. */
const GROWTH = 8n;
/** Answers after which the growth has passed any step. */
const GROWN = 20;

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/**
 * Nothing if the channel covers the request. Else what is missing, and no more to whoever has shown nothing yet: a first
 * answer risks its own cap. With each right answer the step grows, as far as the deposit reaches.
 */
export function planFunding(facts: FundingFacts): FundingPlan {
  const { needed, outstanding, balance, unlocking, deposit, step, shown } = facts;
  const missing = needed + outstanding + unlocking - balance;
  if (missing <= 0n) return { type: "enough" };
  if (deposit < missing) return { type: "insufficient", missing: missing - deposit };
  const grown = shown === 0 ? 0n : needed * GROWTH ** BigInt(Math.min(shown, GROWN));
  const wanted = smaller(larger(needed * REQUESTS_AHEAD, step), grown);
  return { type: "allocate", amount: smaller(deposit, larger(missing, wanted)) };
}
