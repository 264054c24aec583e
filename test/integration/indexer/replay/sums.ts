import { amount, sum, type TableRow } from "./past.ts";
import type { Happened } from "./read-events.ts";

/** `IAudits.Row.outcome`, written out once more. */
const OUTCOMES = ["auditsPassed", "auditsFailed", "auditsUnanswered", "auditsInconclusive"] as const;
export const OUTCOME_NAMES = ["PASSED", "FAILED", "UNANSWERED", "INCONCLUSIVE"] as const;

/** What settlements come to. */
export function workOf(settled: readonly Happened[]): TableRow {
  const [acknowledgedPaid, tailPaid] = [sum(settled, "acknowledgedPaid"), sum(settled, "tailPaid")];
  return {
    settlementCount: settled.length,
    requests: sum(settled, "requests"),
    inboundTokens: sum(settled, "inboundTokens"),
    outboundTokens: sum(settled, "outboundTokens"),
    acknowledgedPaid,
    tailPaid,
    paid: acknowledgedPaid + tailPaid,
  };
}

export const paidBy = (settled: readonly Happened[]): bigint =>
  sum(settled, "acknowledgedPaid") + sum(settled, "tailPaid");

/** First and last of settlements. */
export const timesOf = (settled: readonly Happened[]): TableRow => ({
  firstSettledAt: settled[0]?.timestamp ?? null,
  lastSettledAt: settled.at(-1)?.timestamp ?? null,
});

/** What rows of audits come to; the contract counts outcomes from 1. */
export function auditsOf(audits: readonly Happened[]): TableRow {
  const counts = OUTCOMES.map((column, index) => [
    column,
    audits.filter((event) => amount(event, "outcome") === BigInt(index + 1)).length,
  ]);
  return { auditCount: audits.length, ...Object.fromEntries(counts) };
}
