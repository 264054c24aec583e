import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { Candidate } from "../choose/choose.ts";
import { afterOutcome, type ExecutorHealth, type Outcome, UNKNOWN_HEALTH } from "../choose/executor-health.ts";

/** What is offered of a model. */
export interface ModelSummary {
  readonly model: string;
  readonly executors: number;
  /** The cheapest, base units per 1 000 000 tokens. */
  readonly inboundPrice: bigint;
  readonly outboundPrice: bigint;
  /** The largest, tokens. */
  readonly maxContext: bigint;
}

/** Offers kept at most; beyond that, newcomers wait until others expire. */
const MOST_OFFERS = 50_000;

/** After a withdrawal older offers may still come from others, as long as they have not expired everywhere. */
const FORGET_MS = 600_000;

/** What is known of an executor; it outlives its offers. */
interface Acquaintance {
  health: ExecutorHealth;
  inFlight: number;
  /** Sender's clock: what was sent until then does not come back. */
  withdrawnAt: number;
}

/** Reads through to what is known of the executor, so that choosing copies nothing. */
class Entry implements Candidate {
  readonly signed: SignedOffer;
  readonly heardAtMs: number;
  readonly inboundPrice: number;
  readonly outboundPrice: number;
  readonly validUntilMs: number;
  readonly #known: Acquaintance;

  constructor(signed: SignedOffer, heardAtMs: number, known: Acquaintance) {
    this.signed = signed;
    this.heardAtMs = heardAtMs;
    this.inboundPrice = Number(signed.offer.inboundPrice);
    this.outboundPrice = Number(signed.offer.outboundPrice);
    this.validUntilMs = Number(signed.offer.validUntil) * 1000;
    this.#known = known;
  }

  get health(): ExecutorHealth {
    return this.#known.health;
  }

  get inFlight(): number {
    return this.#known.inFlight;
  }
}

/** Offers that stand, by model and executor, and the client's experience with those who made them. */
export class OfferBook {
  readonly #models = new Map<string, Map<Address, Entry>>();
  readonly #executors = new Map<Address, Acquaintance>();
  readonly #waiters = new Set<() => void>();
  #size = 0;

  /** Takes a verified offer; one older than what is known is left aside. */
  add(signed: SignedOffer, nowMs: number): void {
    const { model, executor } = signed.offer;
    const acquaintance = this.#executor(executor);
    if (signed.sentAt <= acquaintance.withdrawnAt) return;
    const offers = this.#models.get(model) ?? new Map<Address, Entry>();
    const known = offers.get(executor);
    if (known !== undefined && isOlder(signed, known.signed)) return;
    if (known === undefined && !this.#makeRoom(nowMs)) return;
    if (known === undefined) this.#size += 1;
    offers.set(executor, new Entry(signed, nowMs, acquaintance));
    this.#models.set(model, offers);
    for (const wake of this.#waiters) wake();
  }

  /** The offer of a model that an executor last sent. */
  offerOf(model: string, executor: Address): SignedOffer | undefined {
    return this.#models.get(model)?.get(executor)?.signed;
  }

  /** Forgets all offers of an executor that leaves. */
  withdraw(executor: Address, sentAt: number): void {
    const acquaintance = this.#executor(executor);
    acquaintance.withdrawnAt = Math.max(sentAt, acquaintance.withdrawnAt);
    for (const offers of this.#models.values()) if (offers.delete(executor)) this.#size -= 1;
  }

  /** Forgets what has expired, and executors of which nothing more needs to be known. */
  prune(nowMs: number): void {
    const offering = new Set<Address>();
    for (const [model, offers] of this.#models) {
      for (const [executor, { validUntilMs }] of offers) {
        if (validUntilMs > nowMs) offering.add(executor);
        else if (offers.delete(executor)) this.#size -= 1;
      }
      if (offers.size === 0) this.#models.delete(model);
    }
    for (const [executor, { health, inFlight, withdrawnAt }] of this.#executors)
      if (!offering.has(executor) && inFlight === 0 && health.avoidUntilMs <= nowMs && withdrawnAt + FORGET_MS < nowMs)
        this.#executors.delete(executor);
  }

  /** Offers that stand, of one model or of all. */
  offers(nowMs: number, model?: string): SignedOffer[] {
    const models = model === undefined ? [...this.#models.keys()] : [model];
    return models.flatMap((name) => this.candidates(name, nowMs).map(({ signed }) => signed));
  }

  /** Offers of a model that stand, with what is known about who made them. */
  candidates(model: string, nowMs: number): Candidate[] {
    return [...(this.#models.get(model)?.values() ?? [])].filter(({ validUntilMs }) => validUntilMs > nowMs);
  }

  /** Every model that is offered, by name. */
  models(nowMs: number): ModelSummary[] {
    return [...this.#models.keys()]
      .sort()
      .map((model) => summary(model, this.offers(nowMs, model)))
      .filter(({ executors }) => executors > 0);
  }

  /** Notes how an attempt ended. */
  note(executor: Address, outcome: Outcome, nowMs: number): void {
    const acquaintance = this.#executor(executor);
    acquaintance.health = afterOutcome(acquaintance.health, outcome, nowMs);
  }

  /** Counts a request at an executor until disposed. */
  track(executor: Address): Disposable {
    const acquaintance = this.#executor(executor);
    acquaintance.inFlight += 1;
    return {
      [Symbol.dispose]: () => {
        acquaintance.inFlight -= 1;
      },
    };
  }

  /** Resolves when the next offer comes in, or the signal aborts. */
  nextOffer(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        this.#waiters.delete(done);
        resolve();
      };
      signal.addEventListener("abort", done, { once: true });
      this.#waiters.add(done);
    });
  }

  #executor(executor: Address): Acquaintance {
    const known = this.#executors.get(executor) ?? { health: UNKNOWN_HEALTH, inFlight: 0, withdrawnAt: -1 };
    this.#executors.set(executor, known);
    return known;
  }

  #makeRoom(nowMs: number): boolean {
    if (this.#size >= MOST_OFFERS) this.prune(nowMs);
    return this.#size < MOST_OFFERS;
  }
}

/**
 * By the offer's id first, which its executor signs and which grows with time: who passes an offer on could write any time
 * of sending beside it.
 */
const isOlder = (a: SignedOffer, b: SignedOffer): boolean =>
  a.offer.offerId < b.offer.offerId || (a.offer.offerId === b.offer.offerId && a.sentAt < b.sentAt);

const summary = (model: string, offers: readonly SignedOffer[]): ModelSummary => ({
  model,
  executors: offers.length,
  inboundPrice: extreme(
    offers,
    ({ offer }) => offer.inboundPrice,
    (a, b) => a < b,
  ),
  outboundPrice: extreme(
    offers,
    ({ offer }) => offer.outboundPrice,
    (a, b) => a < b,
  ),
  maxContext: extreme(
    offers,
    ({ offer }) => offer.maxContext,
    (a, b) => a > b,
  ),
});

function extreme(
  offers: readonly SignedOffer[],
  amountOf: (signed: SignedOffer) => bigint,
  beats: (value: bigint, best: bigint) => boolean,
): bigint {
  const values = offers.map(amountOf);
  return values.reduce((best, value) => (beats(value, best) ? value : best), values[0] ?? 0n);
}
