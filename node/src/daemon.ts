import { asLloomError, type LloomError } from "./errors.ts";

/** What a command gets to live by. */
export interface Life {
  /** Aborts on the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /** Resources, closed last-first when the command ends, also when it fails half way. */
  readonly stack: AsyncDisposableStack;
}

/** Exit code for failures that may pass by themselves (sysexits' EX_TEMPFAIL). */
const EXIT_TEMPORARY = 75;
const EXIT_FAILED = 1;
/** The command line or a setting is wrong: the same call fails again, wherever it is made. */
const EXIT_WRONG_USE = 2;
const EXIT_FORCED = 130;
/** Signals this soon after the first are the same key press: npx passes on what the terminal has sent to everybody. */
const ONE_PRESS_MS = 500;

/**
 * Runs a command to its end, closes what it opened, and returns the exit code. The first Ctrl-C or SIGTERM asks it to
 * stop, the second ends the process at once. A failure goes to `report`, never as a stack trace; what merely says that the
 * command was stopped is none.
 */
export async function live(run: (life: Life) => Promise<void>, report: (error: LloomError) => void): Promise<number> {
  const stop = new AbortController();
  const release = onStopSignals(stop);
  try {
    await using stack = new AsyncDisposableStack();
    await run({ signal: stop.signal, stack });
    return 0;
  } catch (thrown) {
    const error = asLloomError(thrown);
    if (stop.signal.aborted && !running.has(stop.signal) && isConsequence(error)) return 0;
    report(error);
    return exitCodeOf(error);
  } finally {
    release();
  }
}

/** Lives whose start is over: from then on their end is work too, and its failures count. */
const running = new WeakSet<AbortSignal>();

/** Whether a start or a single errand that was stopped would fail like this: whatever it waited for never came. */
const isConsequence = ({ code, retryable, cause }: LloomError): boolean =>
  code === "CANCELLED" || retryable || (cause instanceof Error && cause.name === "AbortError");

/** What the process ends with after a failure; docs/configuration.md lists the same. */
export function exitCodeOf({ code, retryable }: LloomError): number {
  if (code === "COMMAND_INVALID" || code === "CONFIG_INVALID") return EXIT_WRONG_USE;
  return retryable ? EXIT_TEMPORARY : EXIT_FAILED;
}

/** Resolves when the life is asked to end: the body of a daemon after its start. */
export function untilStopped(signal: AbortSignal): Promise<void> {
  running.add(signal);
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

function onStopSignals(stop: AbortController): () => void {
  let firstAtMs = Number.POSITIVE_INFINITY;
  const onSignal = (): void => {
    if (performance.now() - firstAtMs >= ONE_PRESS_MS) process.exit(EXIT_FORCED);
    if (stop.signal.aborted) return;
    firstAtMs = performance.now();
    stop.abort();
  };
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  return () => {
    for (const name of names) process.off(name, onSignal);
  };
}
