import { Mutex } from "./mutex.ts";

/** Lets one piece of work run at a time under each name; the others under it wait in the order in which they came. */
export class NamedTurns {
  readonly #turns = new Map<string, { readonly mutex: Mutex; waiting: number }>();

  /** Runs `work` once all that came before under the name has ended, however it ended. */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(name) ?? { mutex: new Mutex(), waiting: 0 };
    this.#turns.set(name, turn);
    turn.waiting += 1;
    try {
      return await turn.mutex.run(work);
    } finally {
      turn.waiting -= 1;
      if (turn.waiting === 0) this.#turns.delete(name);
    }
  }
}
