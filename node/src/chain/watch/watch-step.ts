/** Most blocks of one read; servers that give fewer say so, most of them. */
const LARGEST = 2000;
const MOST_PATIENCE = 256;
/** As many refusals in a row for other reasons may be about the range: servers say "limit exceeded" of both. */
const DOUBT_AFTER = 2;

/**
 * How many blocks to read at once: half of what was refused, and again more after a while, since a refusal may have had
 * its reason in the logs of just these blocks. The more often more was refused, the longer is the while.
 */
export class WatchStep {
  #size = LARGEST;
  #served = 0;
  #patience = 1;
  #unsaid = 0;

  get size(): number {
    return this.#size;
  }

  /** A read of so many blocks was too much. */
  refused(blocks: number): void {
    this.#halve(blocks);
    this.#wait();
  }

  /**
   * A read of so many blocks was refused for a reason that says nothing about its size. Many of them in a row, as in an
   * outage, count as one lesson: whoever is well again is soon asked for as much as before.
   */
  refusedUnsaid(blocks: number): void {
    this.#unsaid++;
    if (this.#unsaid < DOUBT_AFTER) return;
    this.#halve(blocks);
    if (this.#unsaid === DOUBT_AFTER) this.#wait();
  }

  /** A read was answered. */
  served(): void {
    this.#unsaid = 0;
    this.#served++;
    if (this.#size === LARGEST || this.#served < this.#patience) return;
    this.#size = Math.min(this.#size * 2, LARGEST);
    this.#patience = Math.max(Math.floor(this.#patience / 2), 1);
    this.#served = 0;
  }

  #halve(blocks: number): void {
    this.#size = Math.max(1, Math.floor(Math.min(blocks, this.#size) / 2));
    this.#served = 0;
  }

  #wait(): void {
    this.#patience = Math.min(this.#patience * 4, MOST_PATIENCE);
  }
}
