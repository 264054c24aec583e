import { setTimeout as delay } from "node:timers/promises";

/** Waits, or less if the signal comes; never throws. The timer goes with the signal. */
export async function pause(durationMs: number, signal?: AbortSignal): Promise<void> {
  await delay(durationMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}
