import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 20;

/** Seconds since then until something holds, by the wall clock that all processes share; the deadline's if it does not. */
export async function untilTrue(
  holds: () => boolean,
  {
    sinceMs,
    deadlineMs,
    signal,
  }: { readonly sinceMs: number; readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<number> {
  while (!holds() && Date.now() < sinceMs + deadlineMs) await delay(LOOK_MS, undefined, { signal });
  return Math.max(0, Date.now() - sinceMs) / 1000;
}
