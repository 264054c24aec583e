import { type SteadyClock, steadyClock } from "../../primitives/clock.ts";

/** How long a list is told again before it is made anew. */
const KEEP_MS = 1_000;

/**
 * A list that is costly to make, made once a second at most, however often it is asked for. An empty one is not kept: whoever
 * waits for the first entry hears of it at once.
 */
export function keptList<T>(make: () => readonly T[], steady: SteadyClock = steadyClock): () => readonly T[] {
  let kept: readonly T[] = [];
  let madeAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = steady();
    if (nowMs < madeAtMs + KEEP_MS && kept.length > 0) return kept;
    kept = make();
    madeAtMs = nowMs;
    return kept;
  };
}
