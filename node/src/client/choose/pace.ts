/** How long something takes: a mean and how far it strays from that, as TCP keeps them for its timers (RFC 6298). */
export interface Pace {
  readonly meanMs: number;
  readonly strayMs: number;
}

const MEAN_WEIGHT = 1 / 8;
const STRAY_WEIGHT = 1 / 4;
/** So many strays above the mean, hardly anything that still comes takes longer. */
const STRAYS = 4;

/** The pace after one more measurement. */
export function afterMeasuring(pace: Pace | undefined, ms: number): Pace {
  if (pace === undefined) return { meanMs: ms, strayMs: ms / 2 };
  return {
    meanMs: pace.meanMs + MEAN_WEIGHT * (ms - pace.meanMs),
    strayMs: pace.strayMs + STRAY_WEIGHT * (Math.abs(ms - pace.meanMs) - pace.strayMs),
  };
}

/** The same, where there may have been nothing to measure. */
export const afterMaybe = (pace: Pace | undefined, ms: number | undefined): Pace | undefined =>
  ms === undefined ? pace : afterMeasuring(pace, ms);

/** Bounds of a wait. */
export interface WaitBounds {
  readonly shortestMs: number;
  /** While nothing was measured. */
  readonly unknownMs: number;
  readonly longestMs: number;
}

/**
 * How long to wait before somebody else is asked: what was measured, with room that doubles from try to try, so that a
 * network that is slow today is waited for in the end.
 */
export function patienceMs(
  pace: Pace | undefined,
  { shortestMs, unknownMs, longestMs }: WaitBounds,
  attempt: number,
): number {
  const expectedMs = pace === undefined ? unknownMs : pace.meanMs + STRAYS * pace.strayMs;
  return Math.min(longestMs, Math.max(shortestMs, expectedMs) * 2 ** Math.min(attempt - 1, 16));
}
