/** Most blocks of one read; servers that give fewer say so. */
const LARGEST = 2000;
const LEAST_PATIENCE = 4;
const MOST_PATIENCE = 256;

/**
 * How many blocks to read at once: half of what was refused, and again more after a while, since a refusal may have had
 * its reason in the logs of just these blocks. The more often more was refused, the longer is the while.
 */
export class WatchStep {
  #size = LARGEST;
  #served = 0;
  #patience = LEAST_PATIENCE;

  get size(): number {
    return this.#size;
  }

  /** A read of so many blocks was too much. */
  refused(blocks: number): void {
    this.#size = Math.max(1, Math.floor(Math.min(blocks, this.#size) / 2));
    this.#patience = Math.min(this.#patience * 4, MOST_PATIENCE);
    this.#served = 0;
  }

  /** A read was answered. */
  served(): void {
    this.#served++;
    if (this.#size === LARGEST || this.#served < this.#patience) return;
    this.#size = Math.min(this.#size * 2, LARGEST);
    this.#patience = Math.max(Math.floor(this.#patience / 2), LEAST_PATIENCE);
    this.#served = 0;
  }
}
