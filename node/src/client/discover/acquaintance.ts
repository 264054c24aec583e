import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { type Promised, promisedBy } from "@lloom/protocol/profile";
import type { PromptCount } from "@lloom/protocol/token-bounds";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import type { CountedForms } from "../../store/client/form-counts.ts";
import type { Candidate } from "../choose/choose.ts";
import { type ExecutorHealth, UNKNOWN_HEALTH } from "../choose/executor-health.ts";
import type { Reputation } from "../choose/reputation.ts";
import { afterCounting, type CountedPrompts } from "../choose/template.ts";
import { type FormCounts, NO_FORMS, withForms } from "../choose/validity.ts";

/** Models of which an executor's counts, of tokens and of forms, are remembered. */
const MOST_COUNTED = 64;

/** What is known of an executor; it outlives its offers. */
export class Acquaintance {
  readonly executor: Address;
  /** By model, the longest unheard of first. */
  readonly offers = new Map<string, OfferEntry>();
  /** What it has counted, by model; undefined before its first answer, as of most. */
  counted: BoundedMap<string, CountedPrompts> | undefined;
  /** How often its answers had the form that was asked for, by model; undefined before the first that had to have one. */
  forms: BoundedMap<string, FormCounts> | undefined;
  health: ExecutorHealth = UNKNOWN_HEALTH;
  /** Base units; undefined while the chain has not said. */
  stake: number | undefined;
  /** By the chain's word. */
  hasCheated = false;
  /** What an index says of it. */
  reputation: Reputation | undefined;
  inFlight = 0;
  silent = 0;
  /** When its last connection ended without a word; what was heard until then says no more that it is there. */
  lostAtMs = Number.NEGATIVE_INFINITY;
  /** Sender's clock: what was sent until then does not come back. */
  withdrawnAt = -1;

  constructor(executor: Address, reputation: Reputation | undefined) {
    this.executor = executor;
    this.reputation = reputation;
  }

  /** It has something to lose, or has answered this client. */
  get isKnown(): boolean {
    return this.health.answers > 0 || (this.stake ?? 0) > 0;
  }

  noteCount(model: string, count: PromptCount): void {
    this.counted ??= new BoundedMap({ most: MOST_COUNTED });
    this.counted.set(model, afterCounting(this.counted.peek(model), count));
  }

  noteForms({ model, form, ...more }: CountedForms): void {
    this.forms ??= new BoundedMap({ most: MOST_COUNTED });
    this.forms.set(model, withForms(this.forms.peek(model) ?? NO_FORMS, form, more));
  }

  /** There is something that a later offer must be seen in the light of. */
  isRemembered(withdrawnSinceMs: number, nowMs: number): boolean {
    const { answers, avoidUntilMs } = this.health;
    if (answers > 0 || this.forms !== undefined) return true;
    return avoidUntilMs > nowMs || this.withdrawnAt >= withdrawnSinceMs;
  }
}

/** An offer that reads through to what is known of its executor, so that choosing copies nothing. */
export class OfferEntry implements Candidate {
  readonly signed: SignedOffer;
  readonly #heardAtMs: number;
  readonly inboundPrice: number;
  readonly outboundPrice: number;
  readonly validUntilMs: number;
  readonly #of: Acquaintance;
  /** Read when it is first asked for: offers come far more often than questions. */
  #promised: Omit<Promised, "version"> | undefined;

  constructor(signed: SignedOffer, heardAtMs: number, of: Acquaintance) {
    this.signed = signed;
    this.#heardAtMs = heardAtMs;
    this.inboundPrice = Number(signed.offer.inboundPrice);
    this.outboundPrice = Number(signed.offer.outboundPrice);
    this.validUntilMs = Number(signed.offer.validUntil) * 1000;
    this.#of = of;
  }

  get heardAtMs(): number {
    return this.#heardAtMs > this.#of.lostAtMs ? this.#heardAtMs : Number.NEGATIVE_INFINITY;
  }

  get health(): ExecutorHealth {
    return this.#of.health;
  }

  get stake(): number | undefined {
    return this.#of.stake;
  }

  get hasCheated(): boolean {
    return this.#of.hasCheated;
  }

  get reputation(): Reputation | undefined {
    return this.#of.reputation;
  }

  get counted(): CountedPrompts | undefined {
    return this.#of.counted?.peek(this.signed.offer.model);
  }

  get forms(): FormCounts | undefined {
    return this.#of.forms?.peek(this.signed.offer.model);
  }

  get vocabulary(): Hex | undefined {
    this.#promised ??= promisedBy(this.signed);
    return this.#promised.vocabulary;
  }

  get features(): readonly string[] | undefined {
    this.#promised ??= promisedBy(this.signed);
    return this.#promised.features;
  }

  get conversations(): boolean | undefined {
    this.#promised ??= promisedBy(this.signed);
    return this.#promised.conversations;
  }

  get precision(): string | undefined {
    this.#promised ??= promisedBy(this.signed);
    return this.#promised.precision;
  }

  get showsTrace(): boolean {
    this.#promised ??= promisedBy(this.signed);
    return this.#promised.evidence === "trace";
  }

  get inFlight(): number {
    return this.#of.inFlight;
  }

  get silent(): number {
    return this.#of.silent;
  }
}

/** Whether an offer has not expired. */
export const isStanding = ({ validUntilMs }: OfferEntry, nowMs: number): boolean => validUntilMs > nowMs;
