import { asLloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { OpenRequests } from "./answer/open-requests.ts";
import type { Settlement } from "./settle/settlement.ts";

/** What a drain has to do with. */
export interface Draining {
  readonly requests: OpenRequests;
  readonly settlement: Settlement;
  /** Withdraws the offers. */
  readonly sayGoodbye: () => Promise<void>;
  /** For ending answers and settling, once the time is over. */
  readonly graceMs: number;
  readonly log: Log;
}

/** Leaves in order, as `Executor.drain` says. */
export async function drain(draining: Draining, signal: AbortSignal): Promise<void> {
  const { requests, settlement, sayGoodbye, graceMs, log } = draining;
  const last = someTimeAfter(signal, graceMs);
  requests.refuseNew();
  await sayGoodbye();
  if (requests.count > 0) {
    // What is owed already need not wait for answers that may take longer than there is time.
    const settled = settlement.settleAll(signal).catch(() => undefined);
    await requests.none(signal);
    if (requests.count > 0) log.warn({ open: requests.count }, "time is over, ending the answers that still run");
    await requests.end(last);
    await settled;
  }
  await settleRest(draining, last);
}

async function settleRest({ settlement, log }: Draining, signal: AbortSignal): Promise<void> {
  try {
    await settlement.settleAll(signal);
  } catch (thrown) {
    const { code, message } = asLloomError(thrown);
    log.warn(
      { code, problem: message, owed: String(settlement.owed) },
      "stopped before everything was settled; the next start goes on",
    );
    if (!signal.aborted) throw thrown;
  }
}

/** Aborts so long after another signal. */
function someTimeAfter(signal: AbortSignal, ms: number): AbortSignal {
  const after = new AbortController();
  const start = (): void => AbortSignal.timeout(ms).addEventListener("abort", () => after.abort(), { once: true });
  if (signal.aborted) start();
  else signal.addEventListener("abort", start, { once: true });
  return after.signal;
}
