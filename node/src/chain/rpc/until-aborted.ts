import { LloomError } from "../../errors.ts";

/**
 * The work's result, or the signal's reason, CANCELLED unless it has one, as soon as it aborts: a call to an RPC server that
 * hangs is left alone then, and ends with the provider.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = (): void => {
    const cancelled = new LloomError("CANCELLED", "Stopped before the chain answered.");
    reject(signal.reason instanceof LloomError ? signal.reason : cancelled);
  };
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
    // Whichever lost the race may still fail, with nobody to hear it.
    aborted.catch(() => undefined);
    work.catch(() => undefined);
  }
}
