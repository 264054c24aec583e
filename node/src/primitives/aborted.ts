/**
 * Resolves when the signal aborts, or at once if it has; never rejects. It listens until then, and keeps the signal for as long:
 * `orAborted` for work that usually ends before.
 */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
