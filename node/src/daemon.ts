import { closeSync, openSync } from "node:fs";
import { asLloomError, type LloomError } from "./errors.ts";
import { steadyClock } from "./primitives/clock.ts";

/** What a command gets to live by. */
export interface Life {
  /** Aborts on the first Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  /**
   * What SIGHUP does instead of stopping: a service is told by it to read its configuration again. When the terminal that the
   * command was started from is gone, it stops the command all the same.
   */
  readonly onReload: (reload: () => void) => void;
  /** Resources, closed last-first when the command ends, also when it fails half way. */
  readonly stack: AsyncDisposableStack;
}

/** Exit code for failures that may pass by themselves (sysexits' EX_TEMPFAIL). */
const EXIT_TEMPORARY = 75;
const EXIT_FAILED = 1;
/** The command line or a setting is wrong: the same call fails again, wherever it is made. */
const EXIT_WRONG_USE = 2;
/** Not done, because it was stopped: what a shell says of a program that Ctrl-C ended. */
const EXIT_STOPPED = 130;
/** Signals this soon after the first are the same key press: npx passes on what the terminal has sent to everybody. */
const ONE_PRESS_MS = 500;

/** What a command is: something that runs until it is stopped, or something that gets done. */
export type Kind = "daemon" | "errand";

export interface LiveOptions {
  readonly kind: Kind;
  readonly report: (error: LloomError) => void;
}

/**
 * Runs a command to its end, closes what it opened, and returns the exit code. The first Ctrl-C or SIGTERM asks it to
 * stop, the second ends the process at once. A failure goes to `report`, never as a stack trace. To be stopped is the end of a
 * daemon, also while it starts; an errand that was stopped was not done, and says so.
 */
export async function live(run: (life: Life) => Promise<void>, { kind, report }: LiveOptions): Promise<number> {
  const stop = new AbortController();
  let reload: (() => void) | undefined;
  const onReload = (next: () => void): void => {
    reload = next;
  };
  const release = onSignals(stop, () => reload);
  try {
    await using stack = new AsyncDisposableStack();
    await run({ signal: stop.signal, onReload, stack });
    return 0;
  } catch (thrown) {
    const error = asLloomError(thrown);
    const wasStopped = stop.signal.aborted && !running.has(stop.signal) && isConsequence(error);
    if (wasStopped && kind === "daemon") return 0;
    report(error);
    return wasStopped ? EXIT_STOPPED : exitCodeOf(error);
  } finally {
    release();
  }
}

/** Lives whose start is over: from then on their end is work too, and its failures count. */
const running = new WeakSet<AbortSignal>();

/** Whether a start or an errand that was stopped would fail like this: whatever it waited for never came. */
const isConsequence = ({ code, retryable, cause }: LloomError): boolean =>
  code === "CANCELLED" || retryable || (cause instanceof Error && cause.name === "AbortError");

/** What the process ends with after a failure; docs/configuration.md lists the same. */
export function exitCodeOf({ code, retryable }: LloomError): number {
  if (code === "COMMAND_INVALID" || code === "CONFIG_INVALID") return EXIT_WRONG_USE;
  return retryable ? EXIT_TEMPORARY : EXIT_FAILED;
}

/**
 * The body of a daemon after its start: until the life is asked to end, or what runs says that it cannot go on. Resolves with why;
 * with nothing when it was asked to.
 */
export function untilStopped<Failure = never>(
  signal: AbortSignal,
  failed?: Promise<Failure>,
): Promise<Failure | undefined> {
  running.add(signal);
  const { promise: asked, resolve } = Promise.withResolvers<undefined>();
  if (signal.aborted) resolve(undefined);
  signal.addEventListener("abort", () => resolve(undefined), { once: true });
  return failed === undefined ? asked : Promise.race([asked, failed]);
}

function onSignals(stop: AbortController, reload: () => (() => void) | undefined): () => void {
  const hadTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  let firstAtMs = Number.POSITIVE_INFINITY;
  const onStop = (): void => {
    if (steadyClock() - firstAtMs >= ONE_PRESS_MS) process.exit(EXIT_STOPPED);
    if (stop.signal.aborted) return;
    firstAtMs = steadyClock();
    stop.abort();
  };
  const onHangup = (): void => {
    const act = reload();
    if (act === undefined || stop.signal.aborted || (hadTerminal && !hasTerminal())) onStop();
    else act();
  };
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.on(name, onStop);
  process.on("SIGHUP", onHangup);
  return () => {
    for (const name of names) process.off(name, onStop);
    process.off("SIGHUP", onHangup);
  };
}

/** Whether the terminal is still there; a hung up one cannot be opened any more. */
function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
