import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";

/** Offers kept at most; a network with more needs more validators, each with a part. */
const MOST_OFFERS = 100_000;

/** Offers that stand, newest word of each executor for each model. */
export class OfferRegistry {
  readonly #models = new Map<string, Map<Address, SignedOffer>>();
  #size = 0;

  /** Offers kept, expired ones among them until the next `prune`. */
  get size(): number {
    return this.#size;
  }

  /** Keeps a verified offer unless a newer one is known. */
  add(signed: SignedOffer): void {
    const { model, executor } = signed.offer;
    const offers = this.#models.get(model) ?? new Map<Address, SignedOffer>();
    const known = offers.get(executor);
    if (known !== undefined && known.sentAt > signed.sentAt) return;
    if (known === undefined) {
      if (this.#size >= MOST_OFFERS) return;
      this.#size += 1;
    }
    // Deleted first, so that the map's order is that of the hearing.
    offers.delete(executor);
    offers.set(executor, signed);
    this.#models.set(model, offers);
  }

  /** Forgets an executor that leaves, or whose stake is gone. */
  remove(executor: Address): void {
    for (const offers of this.#models.values()) if (offers.delete(executor)) this.#size -= 1;
  }

  /** Forgets what has expired. */
  prune(nowMs: number): void {
    for (const [model, offers] of this.#models) {
      for (const [executor, signed] of offers) if (!stands(signed, nowMs) && offers.delete(executor)) this.#size -= 1;
      if (offers.size === 0) this.#models.delete(model);
    }
  }

  /**
   * Offers that stand, of one model or of all: those heard of last come first, and every model gets its share of the
   * `most` that are told.
   */
  list(nowMs: number, { model, most }: { readonly model?: string | undefined; readonly most: number }): SignedOffer[] {
    const models = model === undefined ? [...this.#models.keys()] : [model];
    const share = Math.max(1, Math.floor(most / Math.max(1, models.length)));
    const told: SignedOffer[] = [];
    for (const name of models) {
      const latest = [...(this.#models.get(name)?.values() ?? [])].reverse();
      told.push(...latest.filter((signed) => stands(signed, nowMs)).slice(0, share));
      if (told.length >= most) break;
    }
    return told.slice(0, most);
  }

  /** Everybody who offers something. */
  executors(): Set<Address> {
    return new Set([...this.#models.values()].flatMap((offers) => [...offers.keys()]));
  }
}

const stands = ({ offer }: SignedOffer, nowMs: number): boolean => Number(offer.validUntil) * 1000 > nowMs;
