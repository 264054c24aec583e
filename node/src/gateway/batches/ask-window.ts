/**
 * How many lines of a batch are asked at once. As a sender on a network does: one more for each answer until the first refusal, then one
 * more for each round of answers; half of it once in a round that meets a refusal. So a batch takes what executors have to spare, and is
 * not seen knocking at full doors all the time.
 */
export class AskWindow {
  readonly #most: number;
  #size: number;
  #round = 0;
  #hasMetRefusal = false;

  constructor({ most, first }: { readonly most: number; readonly first: number }) {
    this.#most = most;
    this.#size = Math.min(first, most);
  }

  get size(): number {
    return Math.floor(this.#size);
  }

  /** A line is asked; give what this returns when it is refused. */
  get round(): number {
    return this.#round;
  }

  answered(): void {
    this.#size = Math.min(this.#most, this.#size + (this.#hasMetRefusal ? 1 / this.#size : 1));
  }

  /** Nobody had time or a price for a line. Others of its round say the same. */
  refused(round: number): void {
    if (round !== this.#round) return;
    this.#narrow(this.#size / 2);
  }

  /** What others hold for the moment is lacking: one line at a time shows what is there. */
  single(): void {
    this.#narrow(1);
  }

  #narrow(size: number): void {
    this.#round += 1;
    this.#hasMetRefusal = true;
    this.#size = Math.max(1, size);
  }
}
