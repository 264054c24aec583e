import type { BudgetPeriod } from "./api-keys.ts";

/** When a period began, and when the next one does; undefined where there is none. Unix milliseconds. */
export interface PeriodBounds {
  readonly fromMs: number;
  readonly untilMs: number | undefined;
}

/** A day of UTC. */
export const DAY_MS = 86_400_000;

/** When the day of a moment began, UTC. */
export const dayOf = (atMs: number): number => atMs - (atMs % DAY_MS);

/** The period of a budget that a moment lies in: days and calendar months of UTC. A call counts in the one in which it is signed. */
export function periodAt(period: BudgetPeriod, atMs: number): PeriodBounds {
  if (period === "total") return { fromMs: 0, untilMs: undefined };
  if (period === "day") return { fromMs: dayOf(atMs), untilMs: dayOf(atMs) + DAY_MS };
  const at = new Date(atMs);
  const month = (offset: number): number => Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + offset, 1);
  return { fromMs: month(0), untilMs: month(1) };
}
