/**
 * Resolves when the work is done or the signal aborts, whichever is first; rejects if the work fails first. It listens no longer
 * than it waits: a signal that `AbortSignal.any` made, and all that it was made from, is kept for as long as anybody listens.
 */
export async function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const aborted = Promise.withResolvers<void>();
  const abort = (): void => aborted.resolve();
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
