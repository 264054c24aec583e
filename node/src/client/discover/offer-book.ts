import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { CountedForms } from "../../store/client/form-counts.ts";
import type { Candidate } from "../choose/choose.ts";
import { afterOutcome, type Outcome } from "../choose/executor-health.ts";
import { afterMaybe, type Pace } from "../choose/pace.ts";
import type { Reputation } from "../choose/reputation.ts";
import { Acquaintance, isStanding, OfferEntry } from "./acquaintance.ts";
import { type ModelSummary, summary } from "./model-summary.ts";

/**
 * Executors that have something at stake or have answered this client: what fills this place costs money. The one that was
 * not heard of for longest goes first. Room for a network of ten thousand.
 */
const MOST_KNOWN = 16_384;
/** Offers of all together, so that memory is bounded whoever offers how much; the longest unheard executor goes first here too. */
const MOST_OFFERS = 262_144;
/** All others: whoever makes keys fills this place, and no other. */
const MOST_STRANGERS = 1024;
/** Models of one executor, the longest unheard of gone first. */
const MODELS_OF_KNOWN = 64;
const MODELS_OF_STRANGER = 4;

/** Models whose weights in use are remembered. */
const MOST_IN_USE = 1_024;

/** After a withdrawal older offers may still come from others, as long as they have not expired everywhere. */
const FORGET_MS = 600_000;

/** Whether an offer counts for whoever asks. */
type MayCount = (candidate: Candidate) => boolean;
const anybody: MayCount = () => true;

/** Somebody is at work with it. */
const isHeld = ({ inFlight }: Acquaintance): boolean => inFlight > 0;

/**
 * Offers that stand, by model and executor, and the client's experience with those who made them. Bounded per executor and
 * in total, and what is worth more stays: nobody without stake can push out anybody with stake.
 */
export class OfferBook {
  readonly #models = new Map<string, Map<Address, OfferEntry>>();
  readonly #known = new BoundedMap<Address, Acquaintance>({
    most: MOST_KNOWN,
    isHeld,
    onEvict: (one) => this.#drop(one),
  });
  readonly #strangers = new BoundedMap<Address, Acquaintance>({
    most: MOST_STRANGERS,
    isHeld,
    onEvict: (one) => this.#drop(one),
  });
  /** How many there are, of everybody. */
  #offers = 0;
  readonly #waiters = new Set<() => void>();
  /** By model: the weights that its name stood for when somebody last answered. */
  readonly weightsInUse = new BoundedMap<string, Hex>({ most: MOST_IN_USE });
  #reputations: ReadonlyMap<Address, Reputation> = new Map();
  #pace: Pace | undefined;
  #gap: Pace | undefined;
  readonly #random: () => number;

  /** `random`, from 0 to 1, draws how long whoever failed is avoided. */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Takes a verified offer; one older than what is known is left aside. */
  add(signed: SignedOffer, nowMs: number): void {
    const { model, executor } = signed.offer;
    const one = this.#executor(executor);
    if (signed.sentAt <= one.withdrawnAt) return;
    const known = one.offers.get(model);
    if (known !== undefined && isOlder(signed, known.signed)) return;
    this.#remove(one, model);
    const most = one.isKnown ? MODELS_OF_KNOWN : MODELS_OF_STRANGER;
    const [longestUnheard] = one.offers.keys();
    if (one.offers.size >= most && longestUnheard !== undefined) this.#remove(one, longestUnheard);
    const entry = new OfferEntry(signed, nowMs, one);
    one.offers.set(model, entry);
    const offers = this.#models.get(model) ?? new Map<Address, OfferEntry>();
    offers.set(executor, entry);
    this.#models.set(model, offers);
    this.#offers += 1;
    if (this.#offers > MOST_OFFERS) this.#known.evictOldest();
    this.#wake();
  }

  /** The offer of a model that an executor last sent. */
  offerOf(model: string, executor: Address): SignedOffer | undefined {
    return this.#models.get(model)?.get(executor)?.signed;
  }

  /** Forgets all offers of an executor that leaves. */
  withdraw(executor: Address, sentAt: number): void {
    const one = this.#executor(executor);
    one.withdrawnAt = Math.max(sentAt, one.withdrawnAt);
    this.#drop(one);
  }

  /** The last connection to an executor ended: until it is heard again, others come first. */
  lose(executor: Address, nowMs: number): void {
    const one = this.#known.peek(executor) ?? this.#strangers.peek(executor);
    if (one !== undefined) one.lostAtMs = nowMs;
  }

  /**
   * What the chain says of an executor: its stake, base units, 0 for whoever is no active executor; and whether it has cheated
   * its clients lately.
   */
  setStake(executor: Address, stake: number, hasCheated = false): void {
    const one = this.#executor(executor);
    if (one.stake === stake && one.hasCheated === hasCheated) return;
    one.stake = stake;
    one.hasCheated = hasCheated;
    this.#place(one);
    this.#wake();
  }

  /** What an index says of executors, all of it anew: who is not named has no reputation. */
  setReputations(reputations: ReadonlyMap<Address, Reputation>): void {
    this.#reputations = reputations;
    for (const place of [this.#known, this.#strangers])
      for (const one of place.values()) one.reputation = reputations.get(one.executor);
    this.#wake();
  }

  /** Executors that have something at stake and offer something: whose reputation may decide a choice. */
  staked(): Address[] {
    return [...this.#known.values()]
      .filter(({ stake, offers }) => (stake ?? 0) > 0 && offers.size > 0)
      .map(({ executor }) => executor);
  }

  /** Forgets what has expired, and executors of which nothing more needs to be known. */
  prune(nowMs: number): void {
    for (const place of [this.#known, this.#strangers])
      for (const one of [...place.values()]) {
        for (const [model, entry] of one.offers) if (!isStanding(entry, nowMs)) this.#remove(one, model);
        if (one.offers.size === 0 && !isHeld(one) && !one.isRemembered(nowMs - FORGET_MS, nowMs))
          place.delete(one.executor);
      }
  }

  /** Offers that stand, of one model or of all. */
  offers(nowMs: number, model?: string): SignedOffer[] {
    const models = model === undefined ? [...this.#models.keys()] : [model];
    return models.flatMap((name) => this.candidates(name, nowMs).map(({ signed }) => signed));
  }

  /** An offer of this executor's that stands, whatever its model: it says where the executor is. */
  anyOfferOf(executor: Address, nowMs: number): SignedOffer | undefined {
    const one = this.#known.peek(executor) ?? this.#strangers.peek(executor);
    return one && [...one.offers.values()].find((entry) => isStanding(entry, nowMs))?.signed;
  }

  /** Offers of a model that stand, with what is known about who made them. */
  candidates(model: string, nowMs: number): Candidate[] {
    return [...(this.#models.get(model)?.values() ?? [])].filter((entry) => isStanding(entry, nowMs));
  }

  /** One model, if somebody offers it who may count: as `models`, at the cost of this model's offers alone. */
  model(model: string, nowMs: number, mayCount: MayCount = anybody): ModelSummary | undefined {
    return summary(model, this.candidates(model, nowMs).filter(mayCount), this.weightsInUse.peek(model));
  }

  /** Names of models that somebody offers who may count, so many at most, in no order. */
  names(nowMs: number, mayCount: MayCount = anybody, most = Number.POSITIVE_INFINITY): string[] {
    const found: string[] = [];
    for (const [model, offers] of this.#models) {
      if (found.length >= most) break;
      for (const entry of offers.values())
        if (isStanding(entry, nowMs) && mayCount(entry)) {
          found.push(model);
          break;
        }
    }
    return found;
  }

  /** Every model that somebody offers who may count, by name: costs a look at the whole book. */
  models(nowMs: number, mayCount: MayCount = anybody): ModelSummary[] {
    return [...this.#models.keys()]
      .sort()
      .map((model) => this.model(model, nowMs, mayCount))
      .filter((found) => found !== undefined);
  }

  /** To the first token, over all executors; undefined before the first. */
  get pace(): Pace | undefined {
    return this.#pace;
  }

  /** The longest silence of an answer after its first text, over all executors; undefined before the first. */
  get gap(): Pace | undefined {
    return this.#gap;
  }

  /** Notes how an attempt ended. */
  note(executor: Address, outcome: Outcome, nowMs: number): void {
    const one = this.#executor(executor);
    one.health = afterOutcome(one.health, outcome, { nowMs, random: this.#random });
    if (outcome.type === "answered") {
      this.#pace = afterMaybe(this.#pace, outcome.firstTokenMs);
      this.#gap = afterMaybe(this.#gap, outcome.longestGapMs);
    }
    this.#place(one);
    this.#wake();
  }

  /** Notes what an executor has counted of a prompt. */
  noteCount({ request, response }: Pick<Receipt, "request" | "response">): void {
    const { model, maxInboundTokens, executor } = request;
    this.#executor(executor).noteCount(model, { inboundTokens: response.inboundTokens, maxInboundTokens });
  }

  /** Notes how many of an executor's answers had a form that they had to have, and how many had not. */
  noteForm(counted: CountedForms): void {
    this.#executor(counted.executor).noteForms(counted);
  }

  /** Counts a request at an executor until disposed, as a silent one until `hasSpoken`. */
  track(executor: Address): Disposable & { hasSpoken(): void } {
    const one = this.#executor(executor);
    one.inFlight += 1;
    one.silent += 1;
    let isSilent = true;
    const hasSpoken = (): void => {
      if (!isSilent) return;
      isSilent = false;
      one.silent -= 1;
      this.#wake();
    };
    return {
      hasSpoken,
      [Symbol.dispose]: () => {
        hasSpoken();
        one.inFlight -= 1;
      },
    };
  }

  /** Resolves when something changes: an offer, a stake, an attempt's first text or its end; or the signal aborts. */
  change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        this.#waiters.delete(done);
        resolve();
      };
      signal.addEventListener("abort", done);
      this.#waiters.add(done);
    });
  }

  #wake(): void {
    for (const wake of this.#waiters) wake();
  }

  #executor(executor: Address): Acquaintance {
    const known = this.#known.get(executor) ?? this.#strangers.get(executor);
    if (known !== undefined) return known;
    const one = new Acquaintance(executor, this.#reputations.get(executor));
    this.#strangers.set(executor, one);
    return one;
  }

  /** Puts an executor where it belongs, after its stake or this client's experience changed. */
  #place(one: Acquaintance): void {
    const [here, there] = one.isKnown ? [this.#known, this.#strangers] : [this.#strangers, this.#known];
    there.delete(one.executor);
    here.set(one.executor, one);
    const most = one.isKnown ? MODELS_OF_KNOWN : MODELS_OF_STRANGER;
    for (const model of [...one.offers.keys()].slice(most)) this.#remove(one, model);
  }

  #drop(one: Acquaintance): void {
    for (const model of [...one.offers.keys()]) this.#remove(one, model);
  }

  #remove(one: Acquaintance, model: string): void {
    if (one.offers.delete(model)) this.#offers -= 1;
    const offers = this.#models.get(model);
    offers?.delete(one.executor);
    if (offers?.size === 0) this.#models.delete(model);
  }
}

/**
 * By the offer's id first, which its executor signs and which grows with time: who passes an offer on could write any time
 * of sending beside it.
 */
const isOlder = (a: SignedOffer, b: SignedOffer): boolean =>
  a.offer.offerId < b.offer.offerId || (a.offer.offerId === b.offer.offerId && a.sentAt < b.sentAt);
