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
  // Of its own, passed on by hand: to join signals costs more than all else here, and every answer has a watchdog.
  const ending = new AbortController();
  const onCaller = (): void => ending.abort(caller.reason);
  if (caller.aborted) onCaller();
  else caller.addEventListener("abort", onCaller, { once: true });
  let late: LloomError | undefined;
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearTimeout(timer);
  return {
    signal: ending.signal,
    start(timeoutMs, what) {
      stop();
      timer = setTimeout(() => {
        late = new LloomError("BACKEND_TIMEOUT", `The backend did not send ${what} in ${timeoutMs} ms.`);
        ending.abort(late);
      }, timeoutMs);
    },
    stop,
    explain: (thrown) => asLloomError(late ?? thrown, "BACKEND_FAILED"),
    [Symbol.dispose]() {
      stop();
      caller.removeEventListener("abort", onCaller);
    },
  };
}
