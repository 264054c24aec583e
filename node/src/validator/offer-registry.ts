import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";

/** Offers kept at most; a network with more needs more validators, each with a part. */
const MOST_OFFERS = 100_000;
/** Models of one executor: stake for one must not fill everybody's registry. */
const MOST_OF_ONE = 256;

/** Which offers to tell. */
export interface Told {
  readonly model?: string | undefined;
  readonly executor?: Address | undefined;
  readonly most: number;
}

/** Offers that stand, newest word of each executor for each model. */
export class OfferRegistry {
  readonly #models = new Map<string, Map<Address, SignedOffer>>();
  /** Offers kept of each executor. */
  readonly #counts = new Map<Address, number>();
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
      if (this.#size >= MOST_OFFERS || (this.#counts.get(executor) ?? 0) >= MOST_OF_ONE) return;
      this.#count(executor, 1);
    }
    // Deleted first, so that the map's order is that of the hearing.
    offers.delete(executor);
    offers.set(executor, signed);
    this.#models.set(model, offers);
  }

  /** Forgets an executor that leaves, or whose stake is gone. */
  remove(executor: Address): void {
    for (const offers of this.#models.values()) if (offers.delete(executor)) this.#count(executor, -1);
  }

  /** Forgets what has expired. */
  prune(nowMs: number): void {
    for (const [model, offers] of this.#models) {
      for (const [executor, signed] of offers)
        if (!stands(signed, nowMs) && offers.delete(executor)) this.#count(executor, -1);
      if (offers.size === 0) this.#models.delete(model);
    }
  }

  /**
   * Offers that stand, of one model or executor or of all: those heard of last come first, and every model gets its share of
   * the `most` that are told.
   */
  list(nowMs: number, { model, executor, most }: Told): SignedOffer[] {
    if (executor !== undefined) return this.#ofExecutor(nowMs, executor, model).slice(0, most);
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
    return new Set(this.#counts.keys());
  }

  #ofExecutor(nowMs: number, executor: Address, model: string | undefined): SignedOffer[] {
    if (!this.#counts.has(executor)) return [];
    const models = model === undefined ? [...this.#models.values()] : [this.#models.get(model)];
    return models
      .map((offers) => offers?.get(executor))
      .filter((signed) => signed !== undefined)
      .filter((signed) => stands(signed, nowMs));
  }

  #count(executor: Address, change: number): void {
    this.#size += change;
    const count = (this.#counts.get(executor) ?? 0) + change;
    if (count === 0) this.#counts.delete(executor);
    else this.#counts.set(executor, count);
  }
}

const stands = ({ offer }: SignedOffer, nowMs: number): boolean => Number(offer.validUntil) * 1000 > nowMs;
