import { EVIDENCE_SECONDS, LONGEST_DEADLINE_SECONDS } from "@lloom/protocol/evidence-windows";
import { asLloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Clock } from "../primitives/clock.ts";
import { pause } from "../primitives/pause.ts";

const HOUR_MS = 3_600_000;
/** A request's longest deadline, and then as long as any contract may ask for what was signed. */
const KEEP_MS = Number(LONGEST_DEADLINE_SECONDS + EVIDENCE_SECONDS) * 1000;

export interface TidyOptions {
  readonly clock: Clock;
  /** The chain's time, Unix seconds: its windows decide, and a clock that jumped ahead must not delete evidence. */
  readonly chainSeconds: () => Promise<bigint>;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Forgets what no dispute can reach any more by both clocks, every hour until the signal; while the chain is away nothing. */
export async function keepTidy(
  store: { readonly prune: (beforeMs: number) => void },
  { clock, chainSeconds, signal, log }: TidyOptions,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const nowMs = Math.min(clock(), Number(await chainSeconds()) * 1000);
      if (!signal.aborted) store.prune(nowMs - KEEP_MS);
    } catch (thrown) {
      log.warn({ problem: asLloomError(thrown).message }, "old receipts not removed");
    }
    await pause(HOUR_MS, signal);
  }
}
