import type { TransferAuthorization, TransferFate } from "../../chain/account/authorized-transfer.ts";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { NamedTurns } from "../../primitives/named-turns.ts";
import type { CallerPayments, KnownPayment, PaymentKey } from "../../store/client/caller-payments.ts";
import type { Facilitator, TakenOrNot } from "./facilitator.ts";
import { type CallPayment, type PaymentRequirements, parsePayment } from "./payment-form.ts";

/** The chain's own word on payments. */
export interface PaymentChain {
  blockNumber(): Promise<number>;
  fateOf(authorization: TransferAuthorization, fromBlock: number): Promise<TransferFate>;
}

export interface SettlingParts {
  readonly payments: CallerPayments;
  readonly facilitator: Facilitator;
  readonly chain: PaymentChain;
  readonly requirementsOf: (amount: bigint) => PaymentRequirements;
  readonly log: Log;
}

/** How taking a payment ended. `open`: it was not taken that anybody knows of, and may still be. */
export type Settled =
  | { readonly type: "settled"; readonly transaction: string }
  | { readonly type: "void"; readonly reason: string }
  | { readonly type: "open"; readonly reason: string | undefined };

/** How long taking one may last. */
export const SETTLE_MS = 60_000;

/**
 * Takes payments, each once however often it is told to: it is noted before anybody is told to take it, and whatever a facilitator says
 * that it did not take, or says nothing of, is looked up on the chain. A payment is given up only once it cannot be taken any more.
 */
export class Settling {
  readonly #parts: SettlingParts;
  readonly #turns = new NamedTurns();

  constructor(parts: SettlingParts) {
    this.#parts = parts;
  }

  /** Takes a payment whose answer is there. Throws STORE_FAILED. */
  settle(key: PaymentKey): Promise<Settled> {
    return this.#turns.run(`${key.payer} ${key.nonce}`, () => this.#settle(key));
  }

  /** Finds out what became of those that the last process had begun to take. Nothing is taken. */
  async recover(): Promise<void> {
    for (const known of this.#parts.payments.unsettled()) await this.#look(known, parsePayment(known.payment));
  }

  async #settle(key: PaymentKey): Promise<Settled> {
    const { payments, chain } = this.#parts;
    const before = payments.find(key);
    if (before === undefined) return { type: "void", reason: "payment_unknown" };
    const payment = parsePayment(before.payment);
    if (before.state === "asked") {
      const fromBlock = await chain.blockNumber().catch(() => undefined);
      // Nobody was told to take it: it can be told of again.
      if (fromBlock === undefined) return { type: "open", reason: undefined };
      payments.settling(key, fromBlock);
    } else {
      const fate = await this.#look(before, payment);
      if (fate.type !== "open") return fate;
    }
    const taken = await this.#take(before, payment);
    if (taken?.taken === true) {
      payments.settled(key, taken.transaction);
      return { type: "settled", transaction: taken.transaction };
    }
    const known = payments.find(key) ?? before;
    const fate = await this.#look(known, payment);
    return fate.type === "open" ? { type: "open", reason: taken?.reason } : fate;
  }

  /** Undefined where nobody can say whether it was taken. */
  async #take({ amount }: KnownPayment, payment: CallPayment): Promise<TakenOrNot | undefined> {
    const { facilitator, requirementsOf, log } = this.#parts;
    const order = { payment, requirements: requirementsOf(amount), alsoOwed: 0n };
    try {
      return await facilitator.settle(order, AbortSignal.timeout(SETTLE_MS));
    } catch (thrown) {
      log.warn({ problem: asLloomError(thrown).message }, "whether a payment was taken is not known");
      return undefined;
    }
  }

  /** By the chain's word; what is certain is noted. */
  async #look(known: KnownPayment, { authorization }: CallPayment): Promise<Settled> {
    const { payments, chain, log } = this.#parts;
    if (known.state === "settled") return { type: "settled", transaction: known.transaction };
    if (known.state === "void") return { type: "void", reason: "payment_not_taken" };
    try {
      const fate = await chain.fateOf(authorization, known.fromBlock);
      if (fate.type === "paid") {
        payments.settled(known, fate.transaction);
        return { type: "settled", transaction: fate.transaction };
      }
      if (fate.type === "open") return { type: "open", reason: undefined };
      payments.void(known);
      return { type: "void", reason: "invalid_exact_evm_nonce_already_used" };
    } catch (thrown) {
      const error = asLloomError(thrown);
      if (error.code === "STORE_FAILED") throw error;
      log.warn({ problem: error.message }, "what became of a payment cannot be read");
      return { type: "open", reason: undefined };
    }
  }
}
