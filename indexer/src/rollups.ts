/*
 * What an event adds to which sums. Pure: no database, no clock.
 */

import type { outcomeOf } from "./schema/contract-names.ts";

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** The part of LaneSettled that is summed up. */
export interface Settled {
  readonly requests: number;
  readonly inboundTokens: bigint;
  readonly outboundTokens: bigint;
  readonly acknowledgedPaid: bigint;
  readonly tailPaid: bigint;
}

/** Sums over settlements: the columns that every account and bucket has. Amounts in base units. */
export type Work = Readonly<{
  settlementCount: number;
  requests: bigint;
  inboundTokens: bigint;
  outboundTokens: bigint;
  acknowledgedPaid: bigint;
  tailPaid: bigint;
  paid: bigint;
}>;

/** Stake of a member; `unbonding` is on its way out, `jailedUntil` is null for one that is not in jail. */
export type Stake = Readonly<{
  stake: bigint;
  unbonding: bigint;
  frozen: bigint;
  active: boolean;
  jailedUntil: number | null;
}>;

/** What one settlement adds to everything that it counts for. */
export const workOf = ({ requests, inboundTokens, outboundTokens, acknowledgedPaid, tailPaid }: Settled): Work => ({
  settlementCount: 1,
  requests: BigInt(requests),
  inboundTokens,
  outboundTokens,
  acknowledgedPaid,
  tailPaid,
  paid: acknowledgedPaid + tailPaid,
});

const MILLION = 1_000_000n;

/** What a million tokens cost after some more work, prompt and answer together, rounded down; null without any. */
export function averagePriceOf(row: PricedWork, more: PricedWork): bigint | null {
  const tokens = row.inboundTokens + row.outboundTokens + more.inboundTokens + more.outboundTokens;
  return tokens === 0n ? null : ((row.paid + more.paid) * MILLION) / tokens;
}

type PricedWork = Pick<Work, "paid" | "inboundTokens" | "outboundTokens">;

/** Second at which the UTC day of a time starts. */
export const dayOf = (timestamp: number): number => timestamp - (timestamp % DAY_SECONDS);

/** Second at which the UTC hour of a time starts. */
export const hourOf = (timestamp: number): number => timestamp - (timestamp % HOUR_SECONDS);

/** The columns that `more` names, each with `more` added to what `row` has; to be written back into the row. */
export function added<Sums extends Readonly<Record<string, number | bigint | undefined>>>(
  row: NoInfer<Sums>,
  more: Sums,
): Sums {
  const sums = Object.entries(more).map(([column, value]) => {
    const before = row[column];
    return [column, typeof value === "bigint" ? BigInt(before ?? 0) + value : Number(before ?? 0) + Number(value ?? 0)];
  });
  return Object.fromEntries(sums) as Sums;
}

/** What a change of a member's stake or jail adds to the network's totals. */
export const stakeDelta = (before: Stake, after: Stake) => ({
  staked: after.stake - before.stake,
  unbonding: after.unbonding - before.unbonding,
  frozen: after.frozen - before.frozen,
  jailedCount: Number(after.jailedUntil !== null) - Number(before.jailedUntil !== null),
  active: Number(after.active) - Number(before.active),
});

/** Sums over rows of audits: the columns of everything that counts them. */
type AuditCounts = Readonly<{
  auditCount: number;
  auditsPassed?: number;
  auditsFailed?: number;
  auditsUnanswered?: number;
  auditsInconclusive?: number;
}>;

/** What one row of an audit adds, by its outcome; one that this version does not know speaks for and against nobody. */
export const AUDIT_COUNTS: Readonly<Record<ReturnType<typeof outcomeOf>, AuditCounts>> = {
  PASSED: { auditCount: 1, auditsPassed: 1 },
  FAILED: { auditCount: 1, auditsFailed: 1 },
  UNANSWERED: { auditCount: 1, auditsUnanswered: 1 },
  INCONCLUSIVE: { auditCount: 1, auditsInconclusive: 1 },
  UNKNOWN: { auditCount: 1 },
};

/** What is unlocking never exceeds what a payment left in the channel; the contract debits by the same rule. */
export const unlockingAfter = (unlocking: bigint, channelBalance: bigint): bigint =>
  unlocking < channelBalance ? unlocking : channelBalance;

/** A chart's buckets: `count` starts, `step` seconds apart, the last one holding `timestamp`. */
export function bucketStarts({ timestamp, step, count }: { timestamp: number; step: number; count: number }): number[] {
  const last = timestamp - (timestamp % step);
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * step);
}

export const CHART_STEPS = { day: DAY_SECONDS, hour: HOUR_SECONDS } as const;
