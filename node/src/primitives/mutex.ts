/** Lets one piece of work run at a time; the others wait in the order in which they came. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` once all that came before has ended, however it ended. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything that was given until now has ended. */
  async idle(): Promise<void> {
    await this.#last;
  }
}
