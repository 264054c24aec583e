import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";

/** An offer, and when it was heard last: Unix milliseconds. */
export interface HeardOffer {
  readonly signed: SignedOffer;
  readonly heardAtMs: number;
}

/** Executors and models of each that are kept; every executor here has a stake. */
const MOST_EXECUTORS = 4_096;
const MOST_MODELS = 64;

/** Offers that stand, the newest of each executor for each model. Who was heard longest ago makes room. */
export class HeardOffers {
  /** The longest unheard first, executors and their models alike. */
  readonly #executors = new Map<Address, Map<string, HeardOffer>>();

  /** How many there are, expired ones among them until they are forgotten. */
  get size(): number {
    let size = 0;
    for (const models of this.#executors.values()) size += models.size;
    return size;
  }

  add(signed: SignedOffer, heardAtMs: number): void {
    const { executor, model } = signed.offer;
    const models = this.#executors.get(executor) ?? new Map<string, HeardOffer>();
    if ((models.get(model)?.signed.sentAt ?? 0) > signed.sentAt) return;
    // Deleted first, so that the order is that of the hearing.
    models.delete(model);
    models.set(model, { signed, heardAtMs });
    dropOldest(models, MOST_MODELS);
    this.#executors.delete(executor);
    this.#executors.set(executor, models);
    dropOldest(this.#executors, MOST_EXECUTORS);
  }

  remove(executor: Address): void {
    this.#executors.delete(executor);
  }

  /** Forgets what has expired. */
  prune(nowMs: number): void {
    for (const [executor, models] of this.#executors) {
      for (const [model, heard] of models) if (!stands(heard, nowMs)) models.delete(model);
      if (models.size === 0) this.#executors.delete(executor);
    }
  }

  executors(): readonly Address[] {
    return [...this.#executors.keys()];
  }

  /** Those of one executor, or all. */
  list(nowMs: number, executor?: Address): readonly HeardOffer[] {
    const among = executor === undefined ? [...this.#executors.values()] : [this.#executors.get(executor)];
    return among.flatMap((models) => [...(models?.values() ?? [])]).filter((heard) => stands(heard, nowMs));
  }
}

const stands = ({ signed }: HeardOffer, nowMs: number): boolean => Number(signed.offer.validUntil) * 1000 >= nowMs;

function dropOldest<Key>(map: Map<Key, unknown>, most: number): void {
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}
