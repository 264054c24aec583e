/*
 * What happened lately, out of rows of hours and days that the index keeps; times without events have no row.
 */

import { formatCount } from "../format.ts";

export const DAY_SECONDS = 86_400;

/** Days over which a network's honesty is told. */
export const HONESTY_DAYS = 30;

interface Work {
  readonly requests: bigint;
  readonly paid: bigint;
}

/** What was answered and paid in one stretch of 24 hours. */
export type DayOfWork = Work;

const sumOf = (rows: readonly Work[]): DayOfWork =>
  rows.reduce<DayOfWork>((sum, row) => ({ requests: sum.requests + row.requests, paid: sum.paid + row.paid }), {
    requests: 0n,
    paid: 0n,
  });

/** The last 24 whole or begun hours, and the 24 before them. */
export function twoDays(hours: readonly (Work & { readonly hour: number })[], now: number) {
  const within = (from: number, to: number) => sumOf(hours.filter(({ hour }) => hour > from && hour <= to));
  return { last: within(now - DAY_SECONDS, now), before: within(now - 2 * DAY_SECONDS, now - DAY_SECONDS) };
}

/** First second of the first of so many UTC days, today among them. */
export const firstDayOf = (days: number, now: number): number => now - (now % DAY_SECONDS) - (days - 1) * DAY_SECONDS;

const PERCENT = 100n;

/** How a quantity compares with the day before: `+12 % against the day before`. */
export function changeWords(last: bigint, before: bigint): string {
  if (before === 0n) return last === 0n ? "none the day before either" : "none the day before";
  const change = ((last - before) * PERCENT) / before;
  const sign = change > 0n ? "+" : change < 0n ? "−" : "±";
  return `${sign}${formatCount(change < 0n ? -change : change)} % against the day before`;
}
