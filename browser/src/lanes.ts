import type { Address } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE, type LaneState } from "@lloom/protocol/lane";

/** A lane that nobody else uses now. */
export interface TakenLane {
  readonly lane: bigint;
  readonly state: LaneState;
}

/**
 * Lanes of a page, which keeps none after it is closed: then new ones are begun. One of which it is not known whether its
 * last request was answered is never given back: it is used no more.
 */
export class Lanes {
  readonly #free = new Map<Address, TakenLane[]>();

  take(executor: Address): TakenLane {
    return this.#free.get(executor)?.pop() ?? { lane: freshLane(), state: EMPTY_LANE };
  }

  /** After an answer, with what the lane has come to; after an outright refusal, as it was. */
  giveBack(executor: Address, lane: TakenLane): void {
    const free = this.#free.get(executor);
    if (free === undefined) this.#free.set(executor, [lane]);
    else free.push(lane);
  }
}

/** Lanes of 64 bits by chance: two pages with one key never meet in one. */
const freshLane = (): bigint => crypto.getRandomValues(new BigUint64Array(1))[0] ?? 1n;
