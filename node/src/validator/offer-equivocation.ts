import type { Address, ModelOffer } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { OwnOffer, TwoOffers } from "../chain/disputes/equivocation.ts";
import { BoundedMap } from "../primitives/bounded-map.ts";

/** Executors whose offers are compared; those not heard of for longest are forgotten. */
const MOST_EXECUTORS = 1_024;
/** Offers of one executor: a flood by one key must not push out what others said. */
const MOST_OF_ONE = 256;
/**
 * Proofs against one executor in the life of this process. Each takes a tenth of the smallest stake, so that more could find nothing,
 * and would cost gas.
 */
const MOST_PROOFS = 10;

/** Compares all offers that are heard, and keeps two of one id that differ. In memory: whoever hears them again proves them again. */
export class OfferEquivocation {
  readonly #heard = new BoundedMap<Address, BoundedMap<bigint, OwnOffer>>({ most: MOST_EXECUTORS });
  readonly #found = new BoundedMap<Address, Map<bigint, TwoOffers>>({ most: MOST_EXECUTORS });
  /** Told of every pair. */
  onFound: (two: TwoOffers) => void = () => undefined;

  /** Takes an offer whose signature was checked, of an executor with stake. */
  hear({ offer, signature }: SignedOffer): void {
    const { executor, offerId } = offer;
    const own = this.#heard.getOrInsert(executor, () => new BoundedMap({ most: MOST_OF_ONE }));
    const known = own.getOrInsert(offerId, () => ({ offer, signature }));
    if (!differ(known.offer, offer)) return;
    const found = this.#found.getOrInsert(executor, () => new Map());
    if (found.has(offerId) || found.size >= MOST_PROOFS) return;
    const two = { first: known, second: { offer, signature } };
    found.set(offerId, two);
    this.onFound(two);
  }

  /** All pairs, those that were proven among them. */
  found(): readonly TwoOffers[] {
    return [...this.#found.values()].flatMap((found) => [...found.values()]);
  }
}

const differ = (one: ModelOffer, other: ModelOffer): boolean =>
  Object.entries(one).some(([name, value]) => other[name as keyof ModelOffer] !== value);
