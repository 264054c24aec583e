import { createHash } from "node:crypto";
import { shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import type { Address } from "@lloom/protocol/commitment-types";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Client } from "../../client/client.ts";
import type { AskEvent, Question } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type Clock, toSeconds, wallClock } from "../../primitives/clock.ts";
import { NamedTurns } from "../../primitives/named-turns.ts";
import { PROBES } from "../../primitives/probes.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { CallerPayments, PaymentKey } from "../../store/client/caller-payments.ts";
import type { Asked } from "../asked.ts";
import { HttpError } from "../http-problem.ts";
import type { BegunAnswer } from "../limited-ask.ts";
import type { AdmittedCall, Starting } from "./admitted-call.ts";
import type { Facilitator } from "./facilitator.ts";
import { type CallPayment, encoded, readPayment, type SettlementResponse } from "./payment-form.ts";
import {
  facilitatorAway,
  notSettled,
  type PricedAnswer,
  paymentRequired,
  paymentUsed,
  unsettled,
} from "./payment-problem.ts";
import { nameOfCall, type Pricing, type Quote, Quotes, quoteOf } from "./quotes.ts";
import { type PaymentChain, SETTLE_MS, type Settled, Settling } from "./settling.ts";
import { flawOf, type PaymentTerms, requirementsFor } from "./terms.ts";

/** What callers without an account pay with, and what their payments are kept in. */
export interface X402Parts {
  readonly terms: PaymentTerms;
  readonly pricing: Pricing;
  readonly facilitator: Facilitator;
  readonly chain: PaymentChain;
  readonly payments: CallerPayments;
  readonly price: Client["price"];
  /** Calls of one payer in a minute. */
  readonly perMinute: number;
  readonly clock?: Clock;
}

interface DoorParts extends X402Parts {
  readonly token: TokenUnit;
  readonly model: Client["model"];
  readonly questionOf: (asked: Asked) => Promise<Question>;
  readonly log: Log;
}

/** Payers whose rate is remembered, and who are not let in for a while. */
const MOST_PAYERS = 4096;
const MINUTE_SECONDS = 60;
/** Who took back what it had signed for is not answered for so long: each such answer is lost to the gateway. */
const SHUN_MS = 10 * 60_000;
/** An answer shorter than this is not begun. */
const LEAST_ANSWER_SECONDS = 10;
const SETTLE_SECONDS = SETTLE_MS / 1000;
/** Beside the answer's own time. */
export const PAYMENT_SECONDS = SETTLE_SECONDS + LEAST_ANSWER_SECONDS + 20;

/** Lets callers without an account in for a payment (x402, scheme `exact`): one payment, one answer. */
export class PaymentDoor {
  readonly #parts: DoorParts;
  readonly #clock: Clock;
  readonly #quotes = new Quotes();
  readonly #settling: Settling;
  readonly #rates = new BoundedMap<Address, TokenBucket>({ most: MOST_PAYERS });
  readonly #shunned = new BoundedMap<Address, number>({ most: MOST_PAYERS });
  /** Base units by payer that are asked for or being taken now. */
  readonly #owed = new Map<Address, bigint>();
  /** Calls with a name are paid one payment after the other. */
  readonly #calls = new NamedTurns();

  constructor(parts: DoorParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? wallClock;
    const requirementsOf = (amount: bigint) => requirementsFor(parts.terms, amount);
    this.#settling = new Settling({ ...parts, requirementsOf });
    const dropped = parts.payments.letGoOfAsked();
    if (dropped > 0) parts.log.info({ payments: dropped }, "payments let go of: their answers were cut off");
    parts.payments.prune(this.#clock());
  }

  /** Learns what became of payments that the last process was taking. */
  recover(): Promise<void> {
    return this.#settling.recover();
  }

  /** Throws 402 with what has to be paid, unless a payment is sent along that covers it; nothing is asked or taken yet. */
  async admit(request: FastifyRequest, asked: Asked): Promise<AdmittedCall> {
    const { url } = request;
    const header = request.headers["payment-signature"];
    const signal = AbortSignal.timeout(SETTLE_MS);
    const name = nameOfCall(url, request.body);
    if (typeof header !== "string") {
      const quote = await this.#quote(name, asked, signal);
      throw this.#required(request, quote, "PAYMENT-SIGNATURE header is required");
    }
    const payment = readPayment(header);
    const quote =
      this.#quotes.find(name, payment.accepted.amount, this.#clock()) ?? (await this.#quote(name, asked, signal));
    const release = await this.#check(payment, { quote, request, signal });
    return this.#paidCall(payment, { quote, release });
  }

  async #quote(name: string, asked: Asked, signal: AbortSignal): Promise<Quote> {
    const quote = await quoteOf(this.#parts, asked, signal);
    const { maxTimeoutSeconds } = this.#parts.terms;
    this.#quotes.keep(name, quote, this.#clock() + maxTimeoutSeconds * 1000);
    return quote;
  }

  #wanted({ protocol, host, url }: FastifyRequest, { amount }: Quote): PricedAnswer {
    return { url: `${protocol}://${host}${url}`, requirements: requirementsFor(this.#parts.terms, amount) };
  }

  #required(request: FastifyRequest, quote: Quote, error: string): HttpError {
    const message = `This answer costs ${shownAmount(quote.amount, this.#parts.token)} (${error}).`;
    return paymentRequired(this.#wanted(request, quote), error, message);
  }

  /** Throws 402 for a payment that does not cover the call, 409 for one that was used, 429. Counts it as owed until it is released. */
  async #check(payment: CallPayment, { quote, request, signal }: Checking): Promise<() => void> {
    const { terms, facilitator, payments } = this.#parts;
    const key = keyOf(payment);
    const refuse = (why: string): HttpError => this.#required(request, quote, why);
    const known = payments.find(key);
    // Whoever repeats a call with its own payment is told its answer again, also when that payment is at its end by now.
    if (known !== undefined) {
      if (known.call === undefined || known.payment !== payment.text) throw paymentUsed();
      return () => undefined;
    }
    const leastSeconds = SETTLE_SECONDS + LEAST_ANSWER_SECONDS;
    const flaw = flawOf(payment, terms, { nowSeconds: toSeconds(this.#clock()), leastSeconds });
    if (flaw !== undefined) throw refuse(flaw);
    this.#takeTurn(key.payer);
    const { amount } = payment.accepted;
    if (amount < quote.amount) throw refuse("the amount is too low");
    if ((this.#shunned.peek(key.payer) ?? 0) > this.#clock())
      throw refuse("an earlier payment of this account could not be taken");
    const alsoOwed = this.#owed.get(key.payer) ?? 0n;
    const release = this.#owe(key.payer, amount);
    try {
      const order = { payment, requirements: requirementsFor(terms, amount), alsoOwed };
      const objection = await facilitator.verify(order, signal).catch((thrown: unknown) => {
        throw facilitatorAway(thrown);
      });
      if (objection !== undefined) throw refuse(objection);
      return release;
    } catch (thrown) {
      release();
      throw thrown;
    }
  }

  #owe(payer: Address, amount: bigint): () => void {
    this.#owed.set(payer, (this.#owed.get(payer) ?? 0n) + amount);
    return () => {
      const rest = (this.#owed.get(payer) ?? 0n) - amount;
      if (rest > 0n) this.#owed.set(payer, rest);
      else this.#owed.delete(payer);
    };
  }

  #takeTurn(payer: Address): void {
    const { perMinute } = this.#parts;
    const rate = { perSecond: perMinute / MINUTE_SECONDS, burst: perMinute };
    const bucket = this.#rates.getOrInsert(payer, () => new TokenBucket(rate));
    if (bucket.take()) return;
    throw new HttpError("RATE_LIMITED", `${payer} may ask ${perMinute} times a minute.`, {
      status: 429,
      headers: { "retry-after": String(Math.ceil(bucket.waitMs(1) / 1000)) },
      next: "Wait as long as retry-after says. Nothing was charged.",
    });
  }

  #paidCall(
    payment: CallPayment,
    { quote, release }: { readonly quote: Quote; readonly release: () => void },
  ): AdmittedCall {
    const { from, validBefore } = payment.authorization;
    const leftMs = Number(validBefore) * 1000 - SETTLE_MS - this.#clock();
    return {
      asked: quote.asked,
      identity: `x402 ${from}`,
      caller: { payer: () => ({ purse: () => purseFor(quote), over: () => undefined }) },
      until: AbortSignal.timeout(Math.max(0, leftMs)),
      answer: (starting, reply) => this.#answer(payment, starting, reply).finally(release),
    };
  }

  async #answer(payment: CallPayment, starting: Starting, reply: FastifyReply): Promise<BegunAnswer> {
    const { idempotencyKey, isKnown, start } = starting;
    const key = keyOf(payment);
    const call = idempotencyKey === undefined ? undefined : callName(key.payer, idempotencyKey);
    const isOwn = this.#take(payment, { call, isKnown });
    try {
      const begun = start();
      const events = await allOf(begun.events);
      const pay = () => this.#pay(key, { call, isReplayed: begun.isReplayed === true });
      const response = await (call === undefined ? pay() : this.#calls.run(call, pay));
      reply.header("payment-response", encoded(response));
      return { ...begun, events: toldAgain(events) };
    } finally {
      // Changes nothing where it is being taken, or was.
      if (isOwn) this.#parts.payments.letGo(key);
    }
  }

  /** From now on the payment pays for nothing else; false where it did so before, for this very call. Throws 409 for any other. */
  #take(
    payment: CallPayment,
    { call, isKnown }: { readonly call: string | undefined; readonly isKnown: Starting["isKnown"] },
  ): boolean {
    const { payments } = this.#parts;
    const { value, validBefore } = payment.authorization;
    const own = { ...keyOf(payment), amount: value, validBefore: Number(validBefore), payment: payment.text, call };
    if (payments.take(own, this.#clock())) return true;
    const known = payments.find(own);
    // The same call again: its answer is under way or kept, and nothing is asked anew.
    if (known === undefined || call === undefined || known.call !== call || !isKnown()) throw paymentUsed();
    return false;
  }

  /** Takes the payment, unless an earlier one of the same call was taken. Throws 402 and 502 where none was that anybody knows of. */
  async #pay(
    key: PaymentKey,
    { call, isReplayed }: { readonly call: string | undefined; readonly isReplayed: boolean },
  ): Promise<SettlementResponse> {
    const { payments } = this.#parts;
    const earlier = call === undefined || !isReplayed ? [] : payments.ofCall(call);
    for (const one of earlier.filter(({ payer, nonce }) => payer !== key.payer || nonce !== key.nonce)) {
      const settled = await this.#settling.settle(one);
      if (settled.type === "settled") return this.#response(one, settled);
      // While it may still be taken, no other is.
      if (settled.type === "open") throw unsettled(one.validBefore);
    }
    const settled = await this.#settling.settle(key);
    PROBES.payment.tell({ outcome: settled.type });
    const response = this.#response(key, settled);
    if (settled.type === "settled") return response;
    if (settled.type === "open" && settled.reason === undefined) throw unsettled(payments.find(key)?.validBefore ?? 0);
    if (PAYERS_OWN.test(settled.reason ?? "")) this.#shunned.set(key.payer, this.#clock() + SHUN_MS);
    throw notSettled(response);
  }

  #response({ payer }: PaymentKey, settled: Settled): SettlementResponse {
    const { network } = requirementsFor(this.#parts.terms, 0n);
    if (settled.type === "settled") return { success: true, transaction: settled.transaction, network, payer };
    return { success: false, transaction: "", network, payer, errorReason: settled.reason ?? "unknown" };
  }
}

/** Reasons that a payer alone brings about, once its payment was found to be good. */
const PAYERS_OWN = /insufficient|balance|nonce|simulation|transaction_failed/;

interface Checking {
  readonly quote: Quote;
  readonly request: FastifyRequest;
  readonly signal: AbortSignal;
}

const keyOf = ({ authorization: { from, nonce } }: CallPayment): PaymentKey => ({ payer: from, nonce });

/** Of a payer's call with a key, as it is kept: the key itself is the caller's secret. */
const callName = (payer: Address, key: string): string =>
  createHash("sha256")
    .update(JSON.stringify([payer, key]))
    .digest("base64");

const purseFor = ({ mostOfRequest }: Quote) => ({
  hold: (_: string, most: bigint): void => {
    if (most > mostOfRequest)
      throw new LloomError("PRICE_REFUSED", "The answer would cost more than was paid for it.", {
        next: "Ask again: the price has changed.",
      });
  },
});

async function allOf(events: AsyncIterable<AskEvent>): Promise<AskEvent[]> {
  const all: AskEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function* toldAgain(events: readonly AskEvent[]): AsyncGenerator<AskEvent, void> {
  yield* events;
}
