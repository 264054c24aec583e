/** What tests take the place of would not come. */
const inNextTurn = setImmediate;
/** Pieces of an answer's work that take less than a millisecond each. */
const MOST_IN_A_TURN = 8;

/**
 * Gives out a few places in each turn of the event loop. Pieces of work that came together then go on a few at a time, and what the first
 * of them have to send is on its way while the others are computed: neither the peer nor the disk waits for all of them.
 */
export class LoopTurns {
  readonly #most: number;
  #taken = 0;
  #isScheduled = false;
  readonly #waiting: (() => void)[] = [];

  /** So many in a turn. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Resolves in the first turn that has a place, in the order of the calls; undefined if this one has. */
  enter(): Promise<void> | undefined {
    this.#schedule();
    if (this.#waiting.length === 0 && this.#taken < this.#most) {
      this.#taken += 1;
      return undefined;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    inNextTurn(() => {
      this.#isScheduled = false;
      const next = this.#waiting.splice(0, this.#most);
      this.#taken = next.length;
      if (next.length > 0) this.#schedule();
      for (const go of next) go();
    });
  }
}

/** Of this process, which has one event loop: for what an answer computes between two waits. */
export const LOOP_TURNS = new LoopTurns(MOST_IN_A_TURN);
