import type { Address } from "@lloom/protocol/commitment-types";
import { backoffMs } from "../primitives/backoff.ts";
import { BoundedMap } from "../primitives/bounded-map.ts";
import type { Clock } from "../primitives/clock.ts";
import { TokenBucket } from "../primitives/token-bucket.ts";
import type { Chain } from "./chain.ts";
import { readActive, readMember } from "./reads.ts";

/** What an executor has to lose. */
export interface Stake {
  /** At least the minimum, as an executor, and not in jail. */
  readonly active: boolean;
  /** Base units. */
  readonly amount: bigint;
}

/** How long an answer of the chain is believed. */
const ACTIVE_MS = 300_000;
/** Who is not active may have its transaction on the way; who never becomes it is asked about less and less. */
const INACTIVE = { firstMs: 5_000, longestMs: 300_000 };
const MOST_REMEMBERED = 16_384;
/** Reads of the chain at the same time; beyond that, an executor is looked at when it speaks again. */
const MOST_READS = 32;
/** Whoever makes keys must not make this node ask its RPC without end. */
const READ_RATE = { perSecond: 50, burst: 256 };

interface Known {
  readonly stake: Stake;
  readonly untilMs: number;
  /** Reads in a row that found nothing at stake. */
  readonly misses: number;
}

/** The stakes of executors: read from the chain once in a while for each, remembered in a bounded map. */
export class StakeView {
  readonly #read: (executor: Address) => Promise<Stake>;
  readonly #clock: Clock;
  readonly #known = new BoundedMap<Address, Known>({ most: MOST_REMEMBERED });
  readonly #rate = new TokenBucket(READ_RATE);
  readonly #reading = new Map<Address, Promise<Stake | undefined>>();

  constructor(read: (executor: Address) => Promise<Stake>, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** The stake as the chain told it lately, or last if it does not answer now; `undefined` while nothing is known. */
  async get(executor: Address): Promise<Stake | undefined> {
    const known = this.#known.get(executor);
    if (known !== undefined && known.untilMs > this.#clock()) return known.stake;
    const reading = this.#reading.get(executor);
    if (reading !== undefined) return reading;
    if (this.#reading.size >= MOST_READS || !this.#rate.take()) return known?.stake;
    const read = this.#renew(executor, known).finally(() => this.#reading.delete(executor));
    this.#reading.set(executor, read);
    return read;
  }

  async #renew(executor: Address, known: Known | undefined): Promise<Stake | undefined> {
    try {
      const stake = await this.#read(executor);
      const misses = stake.active ? 0 : (known?.misses ?? 0) + 1;
      const believedMs = stake.active ? ACTIVE_MS : backoffMs(misses, INACTIVE);
      this.#known.set(executor, { stake, misses, untilMs: this.#clock() + believedMs });
      return stake;
    } catch {
      return known?.stake;
    }
  }
}

/** The stakes of a deployment's executors. */
export const openStakeView = (chain: Chain, clock: Clock): StakeView =>
  new StakeView(async (executor) => {
    const [active, { role, stake }] = await Promise.all([readActive(chain, executor), readMember(chain, executor)]);
    return { active: active && role === "executor", amount: stake };
  }, clock);
