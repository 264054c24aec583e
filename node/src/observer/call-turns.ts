import type { Address } from "@lloom/protocol/commitment-types";

export interface CallTurnsOptions {
  /** Between two calls of one executor, on average. */
  readonly everyMs: number;
  /** From 0 to below 1. */
  readonly random: () => number;
}

/**
 * Whose turn it is to be called. Everybody new is called at once; then after a time that is drawn between three and five quarters of the
 * usual, so that nobody can be there for the calls alone.
 */
export class CallTurns {
  readonly #options: CallTurnsOptions;
  readonly #next = new Map<Address, number>();

  constructor(options: CallTurnsOptions) {
    this.#options = options;
  }

  /** From now on it has turns; nothing changes for who has them already. */
  add(executor: Address, nowMs: number): void {
    if (!this.#next.has(executor)) this.#next.set(executor, nowMs);
  }

  remove(executor: Address): void {
    this.#next.delete(executor);
  }

  /** The one that waits longest among those whose turn has come; undefined if there is none. It has no other turn until this one is `over`. */
  take(nowMs: number): Address | undefined {
    const first = this.#first();
    if (first === undefined || first[1] > nowMs) return undefined;
    this.#next.set(first[0], Number.POSITIVE_INFINITY);
    return first[0];
  }

  /** Its turn is over, and the next one is drawn. */
  over(executor: Address, nowMs: number): void {
    const { everyMs, random } = this.#options;
    if (this.#next.has(executor)) this.#next.set(executor, nowMs + everyMs * (0.75 + random() / 2));
  }

  /** Until the next turn; infinite while nobody has one. */
  waitMs(nowMs: number): number {
    return Math.max(0, (this.#first()?.[1] ?? Number.POSITIVE_INFINITY) - nowMs);
  }

  #first(): readonly [Address, number] | undefined {
    let first: readonly [Address, number] | undefined;
    for (const entry of this.#next) if (first === undefined || entry[1] < first[1]) first = entry;
    return first;
  }
}
