import { ExplainedError } from "../../../checkout/explained-error.ts";

/** Ctrl-C as something that can be waited for, so that what was started can be ended first. */
export interface Interrupted extends Disposable {
  readonly signal: AbortSignal;
  /** Rejects at the first Ctrl-C. */
  readonly failure: Promise<never>;
}

const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Exit code after Ctrl-C. */
const INTERRUPTED = 130;

/** Takes Ctrl-C until disposed; the second one ends this process at once, and what it supervises after it. */
export function untilInterrupted(): Interrupted {
  const stop = new AbortController();
  const { promise: failure, reject } = Promise.withResolvers<never>();
  failure.catch(() => undefined);
  const onStop = (): void => {
    if (stop.signal.aborted) process.exit(INTERRUPTED);
    stop.abort();
    process.exitCode = INTERRUPTED;
    reject(new ExplainedError("The measurement was stopped before its end.", "Everything that was started is ended."));
  };
  for (const name of NAMES) process.on(name, onStop);
  return {
    signal: stop.signal,
    failure,
    [Symbol.dispose]: () => {
      for (const name of NAMES) process.off(name, onStop);
    },
  };
}
