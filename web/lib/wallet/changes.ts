import type { TokenUnit } from "@lloom/protocol/amounts";
import { formatMoney } from "../format.ts";
import type { AccountFacts } from "./facts.ts";

/** A sum of money before and after, where it is another one. */
export interface Change {
  readonly what: string;
  readonly before: string;
  readonly after: string;
}

/** Sums that an account has, by name; of channels those of one executor each. */
export function sumsOf(facts: AccountFacts): ReadonlyMap<string, bigint> {
  const { member } = facts;
  return new Map([
    ["Wallet", facts.tokens],
    ["Free deposit", facts.deposit],
    ...facts.channels.flatMap(({ executor, balance, unlocking }): [string, bigint][] => [
      [`Channel with ${executor}`, balance],
      [`Unlocking from ${executor}`, unlocking],
    ]),
    ["Earnings, free now", facts.earnings.free],
    ["Stake", member?.stake ?? 0n],
    ["Unbonding", member?.unbonding ?? 0n],
    ["Rewards", facts.rewards],
    ["Credit for bonds", facts.credit],
  ]);
}

/** What moved between two moments, by the contracts themselves. */
export function changesBetween(before: AccountFacts, after: AccountFacts, token: TokenUnit): readonly Change[] {
  const then = sumsOf(before);
  return [...sumsOf(after)].flatMap(([what, now]) => {
    const earlier = then.get(what) ?? 0n;
    return earlier === now ? [] : [{ what, before: formatMoney(earlier, token), after: formatMoney(now, token) }];
  });
}
