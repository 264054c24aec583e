import type { CallPayment, PaymentRequirements } from "./payment-form.ts";

/** A payment with what it is to pay. */
export interface PaymentOrder {
  readonly payment: CallPayment;
  readonly requirements: PaymentRequirements;
  /** Base units of the same payer that are to be taken for other answers, and are not yet. */
  readonly alsoOwed: bigint;
}

/** Why a payment cannot be taken, in a word of x402's; undefined where it can. */
export type Objection = string | undefined;

/** What a facilitator says of taking a payment. */
export type TakenOrNot =
  | { readonly taken: true; readonly transaction: string }
  /** It says that it did not; the authorization may still be good. */
  | { readonly taken: false; readonly reason: string };

/** Who checks payments and takes them: this gateway by its own key, or somebody by URL. */
export interface Facilitator {
  /** Throws CONFIG_INVALID where it cannot serve this. */
  check(requirements: PaymentRequirements, signal: AbortSignal): Promise<void>;
  /** Nothing is taken. Throws where nobody can say. */
  verify(order: PaymentOrder, signal: AbortSignal): Promise<Objection>;
  /** Takes it. Throws where it is not known whether it was; it can be asked again then. */
  settle(order: PaymentOrder, signal: AbortSignal): Promise<TakenOrNot>;
}
