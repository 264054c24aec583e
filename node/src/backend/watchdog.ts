import { asLloomError, LloomError } from "../errors.ts";

/** Watches a wait for another machine. */
export interface Watchdog extends Disposable {
  /** Aborts with the caller's signal, or when a wait is over time. */
  readonly signal: AbortSignal;
  /** A wait begins; a former one ends. */
  start(timeoutMs: number, what: string): void;
  /** The wait is over in time. */
  stop(): void;
  /** Why something failed while this watched: BACKEND_TIMEOUT if the wait was over time. */
  explain(thrown: unknown): LloomError;
}

export function createWatchdog(caller: AbortSignal): Watchdog {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    signal: AbortSignal.any([caller, late.signal]),
    start(timeoutMs, what) {
      stop();
      const onLate = (): void =>
        late.abort(new LloomError("BACKEND_TIMEOUT", `The backend did not send ${what} in ${timeoutMs} ms.`));
      timer = setTimeout(onLate, timeoutMs);
    },
    stop,
    explain: (thrown) => asLloomError(late.signal.aborted ? late.signal.reason : thrown, "BACKEND_FAILED"),
    [Symbol.dispose]: stop,
  };
}
