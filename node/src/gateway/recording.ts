/**
 * Takes everything that a source yields, whoever listens, and lets any number of readers hear it from the beginning: what
 * is there at once, the rest as it comes, the failure at its end.
 */
export class Recording<T> {
  readonly #taken: T[] = [];
  #more = Promise.withResolvers<void>();
  #isOpen = true;
  #failure: { readonly thrown: unknown } | undefined;
  /** Whether it failed, once it has ended. */
  readonly ended: Promise<boolean>;

  constructor(source: AsyncIterable<T>) {
    this.ended = this.#take(source);
  }

  async *replay(): AsyncGenerator<T, void> {
    for (let index = 0; ; index += 1) {
      while (index >= this.#taken.length && this.#isOpen) await this.#more.promise;
      if (index >= this.#taken.length) break;
      yield this.#taken[index] as T;
    }
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  async #take(source: AsyncIterable<T>): Promise<boolean> {
    try {
      for await (const item of source) {
        this.#taken.push(item);
        this.#tell();
      }
    } catch (thrown) {
      this.#failure = { thrown };
    }
    this.#isOpen = false;
    this.#tell();
    return this.#failure !== undefined;
  }

  #tell(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }
}
