/** Knows of everything before a reader hears it. What it throws is the recording's failure, and the item is not told. */
export interface Witness<T> {
  /** Another one came; `before` are those that readers hear already. */
  readonly taken: (item: T, before: readonly T[]) => void;
  /** The source failed. Returns what readers are told. */
  readonly failed: (thrown: unknown, before: readonly T[]) => unknown;
}

/**
 * Takes everything that a source yields, whoever listens, and lets any number of readers hear it from the beginning: what
 * is there at once, the rest as it comes, the failure at its end.
 */
export class Recording<T> {
  readonly #taken: T[] = [];
  #more = Promise.withResolvers<void>();
  #isOpen = true;
  #failure: { readonly thrown: unknown } | undefined;
  /** Settles when nothing more comes. */
  readonly ended: Promise<void>;

  constructor(source: AsyncIterable<T>, witness: Witness<T>) {
    this.ended = this.#take(source, witness);
  }

  async *replay(): AsyncGenerator<T, void> {
    for (let index = 0; ; index += 1) {
      while (index >= this.#taken.length && this.#isOpen) await this.#more.promise;
      if (index >= this.#taken.length) break;
      yield this.#taken[index] as T;
    }
    if (this.#failure !== undefined) throw this.#failure.thrown;
  }

  async #take(source: AsyncIterable<T>, witness: Witness<T>): Promise<void> {
    try {
      for await (const item of source) {
        witness.taken(item, this.#taken);
        this.#taken.push(item);
        this.#tell();
      }
    } catch (thrown) {
      this.#failure = { thrown: this.#explain(thrown, witness) };
    }
    this.#isOpen = false;
    this.#tell();
  }

  #explain(thrown: unknown, witness: Witness<T>): unknown {
    try {
      return witness.failed(thrown, this.#taken);
    } catch (worse) {
      return worse;
    }
  }

  #tell(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }
}
