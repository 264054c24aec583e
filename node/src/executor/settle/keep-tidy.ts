import { EVIDENCE_SECONDS, LONGEST_DEADLINE_SECONDS } from "@lloom/protocol/evidence-windows";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Clock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";
import type { ExecutorLog } from "../../store/executor-log.ts";

const HOUR_MS = 3_600_000;
/** A request's longest deadline, and then as long as any contract may ask for what was signed. */
const KEEP_MS = Number(LONGEST_DEADLINE_SECONDS + EVIDENCE_SECONDS) * 1000;

/** Forgets delivered text and old receipts that no dispute can reach any more, every hour until the signal. */
export async function keepTidy(
  store: ExecutorLog,
  { clock, signal, log }: { readonly clock: Clock; readonly signal: AbortSignal; readonly log: Log },
): Promise<void> {
  while (!signal.aborted) {
    try {
      store.prune(clock() - KEEP_MS);
    } catch (thrown) {
      log.warn({ problem: asLloomError(thrown).message }, "old receipts not removed");
    }
    await pause(HOUR_MS, signal);
  }
}
