import { type SteadyClock, steadyClock } from "./clock.ts";

/** A rate with a burst: `burst` units at once, `perSecond` in the long run. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Counts what a peer takes. */
export class TokenBucket {
  readonly #rate: Rate;
  readonly #steady: SteadyClock;
  #level: number;
  #filledAtMs: number;

  constructor(rate: Rate, steady: SteadyClock = steadyClock) {
    this.#rate = rate;
    this.#steady = steady;
    this.#level = rate.burst;
    this.#filledAtMs = steady();
  }

  /** Takes `units` if they are there. */
  take(units = 1): boolean {
    this.#fill();
    if (this.#level < units) return false;
    this.#level -= units;
    return true;
  }

  /** Puts one unit back: what it was taken for turned out not to count. */
  giveBack(): void {
    this.#level = Math.min(this.#rate.burst, this.#level + 1);
  }

  /** Takes `units` even if that leaves a debt; returns the milliseconds until the debt is paid, 0 if there is none. */
  owe(units: number): number {
    this.#fill();
    this.#level -= units;
    return this.#level >= 0 ? 0 : Math.ceil((-this.#level / this.#rate.perSecond) * 1000);
  }

  /** Whole units that may be taken now. */
  get left(): number {
    this.#fill();
    return Math.max(0, Math.floor(this.#level));
  }

  /** Milliseconds until so many units may be taken; 0 if they may be now. */
  waitMs(units: number): number {
    this.#fill();
    return Math.max(0, Math.ceil(((units - this.#level) / this.#rate.perSecond) * 1000));
  }

  /** Nothing taken lately: the bucket can be thrown away and made anew. */
  get isFull(): boolean {
    this.#fill();
    return this.#level >= this.#rate.burst;
  }

  /** Units that were owed and are not paid yet. */
  get debt(): number {
    this.#fill();
    return Math.max(0, -this.#level);
  }

  #fill(): void {
    const now = this.#steady();
    const gained = ((now - this.#filledAtMs) / 1000) * this.#rate.perSecond;
    this.#level = Math.min(this.#rate.burst, this.#level + gained);
    this.#filledAtMs = now;
  }
}
