import { type Backoff, backoffMs } from "./backoff.ts";

export interface RoundsOptions {
  /** Between two rounds, unless somebody wakes it. */
  readonly everyMs: number;
  /** Between tries after a failure. */
  readonly retry: Backoff;
  readonly round: (signal: AbortSignal) => Promise<void>;
  /** How many rounds in a row have failed, with why; the next try comes by itself. */
  readonly onFailure: (thrown: unknown, failures: number) => void;
}

/** Does the same again and again: at once, every while, and whenever it is woken; one round at a time. Closing ends the round. */
export class Rounds implements AsyncDisposable {
  readonly #options: RoundsOptions;
  readonly #closed = new AbortController();
  readonly #running: Promise<void>;
  #sleep = Promise.withResolvers<void>();

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** There is something to do: the next round comes at once, after the one under way. */
  wake(): void {
    this.#sleep.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closed;
    const { everyMs, retry, round, onFailure } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      // What wakes during a round may have come too late for it.
      this.#sleep = Promise.withResolvers();
      try {
        await round(signal);
        failures = 0;
      } catch (thrown) {
        failures += 1;
        if (!signal.aborted) onFailure(thrown, failures);
      }
      if (signal.aborted) return;
      const timer = setTimeout(() => this.wake(), failures === 0 ? everyMs : backoffMs(failures, retry));
      await this.#sleep.promise;
      clearTimeout(timer);
    }
  }
}
