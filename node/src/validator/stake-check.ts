import type { Address } from "@lloom/protocol/commitment-types";

/** How long an answer of the chain is believed. */
const ACTIVE_MS = 300_000;
/** Who is not active may have its transaction on the way. */
const INACTIVE_MS = 5_000;
const MOST_REMEMBERED = 100_000;
/** Reads of the chain at the same time; beyond that, an executor is judged at its next word. */
const MOST_READS = 32;

interface Known {
  readonly active: boolean;
  readonly untilMs: number;
}

/** Whether executors are active members of the stake registry: asked once in a while for each. */
export class StakeCheck {
  readonly #read: (executor: Address) => Promise<boolean>;
  readonly #clock: () => number;
  readonly #known = new Map<Address, Known>();
  readonly #reading = new Set<Address>();

  constructor(read: (executor: Address) => Promise<boolean>, clock: () => number) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Whether the executor is active; `undefined` while that is not known, and when the chain does not answer. */
  async isActive(executor: Address): Promise<boolean | undefined> {
    const known = this.#known.get(executor);
    if (known !== undefined && known.untilMs > this.#clock()) return known.active;
    if (this.#reading.has(executor) || this.#reading.size >= MOST_READS) return undefined;
    this.#reading.add(executor);
    try {
      const active = await this.#read(executor);
      if (this.#known.size >= MOST_REMEMBERED) this.#known.clear();
      this.#known.set(executor, { active, untilMs: this.#clock() + (active ? ACTIVE_MS : INACTIVE_MS) });
      return active;
    } catch {
      return undefined;
    } finally {
      this.#reading.delete(executor);
    }
  }
}
