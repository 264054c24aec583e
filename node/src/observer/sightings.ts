import type { Address } from "@lloom/protocol/commitment-types";
import type { Health } from "@lloom/protocol/observed/sheets";
import { BoundedMap } from "../primitives/bounded-map.ts";
import { TokenBucket } from "../primitives/token-bucket.ts";
import type { ObserverLog } from "../store/observer/observer-log.ts";
import { HOUR_MS, type Sample } from "../store/observer/sample-log.ts";
import { changedTerms } from "./changed-terms.ts";
import { healthOf } from "./health.ts";
import type { HeardOffer } from "./heard-offers.ts";

const DAY_MS = 24 * HOUR_MS;
const WEEK_HOURS = 7 * 24;
const MOST_EXECUTORS = 4_096;
/** How long what was computed of an executor's calls holds while it is not called: calls fall out of the day by themselves. */
const HELD_MS = 60_000;
/** Changes of one executor that are kept: who changes its prices without end fills no disk. */
const CHANGE_RATE = { perSecond: 1 / 60, burst: 256 };

interface Held {
  readonly health: Health | undefined;
  readonly untilMs: number;
}

/** Writes down what was seen, and says how each executor answered. */
export class Sightings {
  readonly #store: ObserverLog;
  readonly #held = new BoundedMap<Address, Held>({ most: MOST_EXECUTORS });
  readonly #changes = new BoundedMap<Address, TokenBucket>({ most: MOST_EXECUTORS });

  constructor(store: ObserverLog) {
    this.#store = store;
  }

  /** Of a call, with what its executor offers at that time. */
  note(sample: Sample, offered: readonly HeardOffer[]): void {
    const { executor, atMs } = sample;
    this.#store.addSample(sample);
    this.#held.delete(executor);
    const changes = changedTerms(this.#store.latestTerms(executor), offered, atMs);
    const rate = this.#changes.getOrInsert(executor, () => new TokenBucket(CHANGE_RATE));
    if (changes.length > 0 && rate.take(changes.length)) this.#store.addTerms(changes);
  }

  /** Undefined while it was not called in 24 hours. */
  health(executor: Address, nowMs: number): Health | undefined {
    const held = this.#held.get(executor);
    if (held !== undefined && held.untilMs > nowMs) return held.health;
    const day = this.#store.samples(executor, nowMs - DAY_MS);
    const health = healthOf(day, this.#store.hours(executor, nowMs - WEEK_HOURS * HOUR_MS, WEEK_HOURS + 1));
    this.#held.set(executor, { health, untilMs: nowMs + HELD_MS });
    return health;
  }
}
