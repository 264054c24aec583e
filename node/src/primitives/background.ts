import { pause } from "./pause.ts";

/** Work that outlives what started it; waited for at the end. */
export class Background implements AsyncDisposable {
  readonly #work = new Set<Promise<unknown>>();

  /** Goes on by itself; a failure is the work's own affair. */
  run(work: Promise<unknown>): void {
    const tracked: Promise<unknown> = work.then(
      () => this.#work.delete(tracked),
      () => this.#work.delete(tracked),
    );
    this.#work.add(tracked);
  }

  /** How much of it goes on. */
  get size(): number {
    return this.#work.size;
  }

  /** True when there is none left; false when the time is over first. */
  async ended(timeoutMs: number): Promise<boolean> {
    const timer = new AbortController();
    await Promise.race([this[Symbol.asyncDispose](), pause(timeoutMs, timer.signal)]);
    timer.abort();
    return this.#work.size === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    while (this.#work.size > 0) await Promise.all(this.#work);
  }
}
