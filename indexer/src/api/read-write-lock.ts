import { AsyncLocalStorage } from "node:async_hooks";

type Work<T> = () => Promise<T>;

interface Waiting {
  readonly kind: "read" | "write";
  readonly enter: () => void;
}

/**
 * Lets either any number of readers work or one writer. Nobody overtakes who waits, so that neither kind starves. A writer
 * that asks again within its own work goes on at once.
 */
export class ReadWriteLock {
  #readers = 0;
  #isWriting = false;
  readonly #queue: Waiting[] = [];
  readonly #insideWriter = new AsyncLocalStorage<true>();

  /** Undefined if others held it for so long that the work was not begun. */
  async read<T>(work: Work<T>, timeoutMs: number): Promise<{ readonly result: T } | undefined> {
    if (!(await this.#entered("read", timeoutMs))) return undefined;
    try {
      return { result: await work() };
    } finally {
      this.#readers--;
      this.#next();
    }
  }

  async write<T>(work: Work<T>): Promise<T> {
    if (this.#insideWriter.getStore()) return await work();
    await this.#entered("write");
    try {
      return await this.#insideWriter.run(true, work);
    } finally {
      this.#isWriting = false;
      this.#next();
    }
  }

  async #entered(kind: Waiting["kind"], timeoutMs?: number): Promise<boolean> {
    return await new Promise<boolean>((resolve) => {
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => leave(), timeoutMs);
      const waiting: Waiting = {
        kind,
        enter: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const leave = () => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        resolve(false);
        this.#next();
      };
      this.#queue.push(waiting);
      this.#next();
    });
  }

  #next(): void {
    for (let first = this.#queue[0]; first !== undefined && this.#isFreeFor(first.kind); first = this.#queue[0]) {
      this.#queue.shift();
      if (first.kind === "read") this.#readers++;
      else this.#isWriting = true;
      first.enter();
    }
  }

  #isFreeFor(kind: Waiting["kind"]): boolean {
    return !this.#isWriting && (kind === "read" || this.#readers === 0);
  }
}
