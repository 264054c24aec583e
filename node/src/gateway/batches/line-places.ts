/** Places for work of many, given to whoever has waited longest. */
export class LinePlaces {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(most: number) {
    this.#free = most;
  }

  /** Whether a place was had before the signal came. */
  async take(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#free > 0) {
      this.#free -= 1;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const given = (): void => resolve(true);
    const gone = (): void => resolve(!this.#waiting.delete(given));
    this.#waiting.add(given);
    signal.addEventListener("abort", gone, { once: true });
    const isGiven = await promise;
    signal.removeEventListener("abort", gone);
    return isGiven;
  }

  /** Gives a place back. */
  give(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(first);
    first();
  }
}
