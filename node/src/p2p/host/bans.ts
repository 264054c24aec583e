import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type SteadyClock, steadyClock } from "../../primitives/clock.ts";

/** Peers kept out for a while. Bounded, so that an attacker who makes new keys cannot fill the memory. */
const MAX_BANNED = 4096;

/**
 * By peer id alone. Addresses are left out on purpose: many honest nodes share one behind a NAT or on one machine, and the
 * limit of new connections per address already slows down whoever makes a new key each time.
 */
export class BanList {
  readonly #banMs: number;
  readonly #steady: SteadyClock;
  readonly #untilMs = new BoundedMap<string, number>({ most: MAX_BANNED });

  constructor(banMs: number, steady: SteadyClock = steadyClock) {
    this.#banMs = banMs;
    this.#steady = steady;
  }

  /** Starts or renews a ban; when the list is full, the oldest goes. */
  add(peerId: string): void {
    this.#untilMs.set(peerId, this.#steady() + this.#banMs);
  }

  has(peerId: string): boolean {
    const untilMs = this.#untilMs.peek(peerId);
    if (untilMs === undefined) return false;
    if (untilMs > this.#steady()) return true;
    this.#untilMs.delete(peerId);
    return false;
  }
}
