import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";

/**
 * Offers kept at most; a network with more needs more validators, each with a part. Who comes when it is full gets the place of
 * whoever has most models, so that a few stakes with very many keep nobody out.
 */
const MOST_OFFERS = 100_000;
/** Models of one executor: stake for one must not fill everybody's registry. */
const MOST_OF_ONE = 256;

/** Which offers to tell. */
export interface OfferFilter {
  readonly model?: string | undefined;
  readonly executor?: Address | undefined;
  readonly most: number;
}

/** Offers that stand, newest word of each executor for each model. */
export class OfferRegistry {
  readonly #models = new Map<string, Map<Address, SignedOffer>>();
  /** What each executor offers, the longest unheard first. */
  readonly #offered = new Map<Address, Set<string>>();
  #size = 0;
  /** Whose models were told first the last time that all were asked for. */
  #turn = 0;

  /** Offers kept, expired ones among them until the next `prune`. */
  get size(): number {
    return this.#size;
  }

  /** Keeps a verified offer unless a newer one is known. */
  add(signed: SignedOffer): void {
    const { model, executor } = signed.offer;
    const known = this.#models.get(model)?.get(executor);
    if (known !== undefined && known.sentAt > signed.sentAt) return;
    if (known === undefined && !this.#hasRoom(executor)) return;
    if (known === undefined) this.#size += 1;
    const offers = this.#models.get(model) ?? new Map<Address, SignedOffer>();
    const offered = this.#offered.get(executor) ?? new Set();
    // Deleted first, so that the order is that of the hearing.
    offers.delete(executor);
    offered.delete(model);
    this.#models.set(model, offers.set(executor, signed));
    this.#offered.set(executor, offered.add(model));
  }

  /** Forgets an executor that leaves, or whose stake is gone. */
  remove(executor: Address): void {
    for (const model of [...(this.#offered.get(executor) ?? [])]) this.#delete(executor, model);
  }

  /** Forgets what has expired. */
  prune(nowMs: number): void {
    for (const [model, offers] of this.#models)
      for (const [executor, signed] of offers) if (!stands(signed, nowMs)) this.#delete(executor, model);
  }

  /**
   * Offers that stand, of one model or executor or of all: those heard of last come first, and every model gets its share of
   * the `most` that are told. Where there are more models than that, executors take turns in naming them.
   */
  list(nowMs: number, { model, executor, most }: OfferFilter): SignedOffer[] {
    if (executor !== undefined) return this.#ofExecutor(nowMs, executor, model).slice(0, most);
    const models = model === undefined ? this.#modelsInTurn(most) : [model];
    const share = Math.max(1, Math.floor(most / Math.max(1, models.length)));
    const told: SignedOffer[] = [];
    for (const name of models) {
      const latest = [...(this.#models.get(name)?.values() ?? [])].reverse();
      told.push(...latest.filter((signed) => stands(signed, nowMs)).slice(0, share));
      if (told.length >= most) break;
    }
    return told.slice(0, most);
  }

  /** All offers that stand. */
  all(nowMs: number): SignedOffer[] {
    return [...this.#offered.keys()].flatMap((executor) => this.#ofExecutor(nowMs, executor, undefined));
  }

  /** Everybody who offers something. */
  executors(): Set<Address> {
    return new Set(this.#offered.keys());
  }

  /**
   * Models, each executor's next one after another's, beginning with another executor each time: a stake that names hundreds hides
   * nobody's only one for good.
   */
  #modelsInTurn(most: number): string[] {
    const all = [...this.#offered.values()];
    this.#turn = (this.#turn + 1) % Math.max(1, all.length);
    let naming = [...all.slice(this.#turn), ...all.slice(0, this.#turn)].map((models) => models.values());
    const named = new Set<string>();
    // A set's iterator goes on where it was left.
    const nameNext = (models: Iterable<string>): boolean => {
      if (named.size >= most) return false;
      for (const model of models) {
        if (named.has(model)) continue;
        named.add(model);
        return true;
      }
      return false;
    };
    while (naming.length > 0) naming = naming.filter(nameNext);
    return [...named];
  }

  #ofExecutor(nowMs: number, executor: Address, model: string | undefined): SignedOffer[] {
    const models = model === undefined ? [...(this.#offered.get(executor) ?? [])] : [model];
    return models
      .map((name) => this.#models.get(name)?.get(executor))
      .filter((signed) => signed !== undefined)
      .filter((signed) => stands(signed, nowMs));
  }

  /** Whether one more of this executor is kept; if the registry is full, whoever has most models makes room for who has fewer. */
  #hasRoom(executor: Address): boolean {
    const own = this.#offered.get(executor)?.size ?? 0;
    if (own >= MOST_OF_ONE) return false;
    if (this.#size < MOST_OFFERS) return true;
    let largest: readonly [Address, ReadonlySet<string>] | undefined;
    for (const one of this.#offered) if (largest === undefined || one[1].size > largest[1].size) largest = one;
    // Who makes room must still have as many as who comes: else the two would push each other out for ever.
    if (largest === undefined || largest[1].size <= own + 1) return false;
    const [longestUnheard] = largest[1];
    if (longestUnheard !== undefined) this.#delete(largest[0], longestUnheard);
    return true;
  }

  #delete(executor: Address, model: string): void {
    const [offers, offered] = [this.#models.get(model), this.#offered.get(executor)];
    if (offers?.delete(executor) !== true || offered === undefined) return;
    offered.delete(model);
    this.#size -= 1;
    if (offers.size === 0) this.#models.delete(model);
    if (offered.size === 0) this.#offered.delete(executor);
  }
}

const stands = ({ offer }: SignedOffer, nowMs: number): boolean => Number(offer.validUntil) * 1000 > nowMs;
