import { HttpError } from "../http-problem.ts";
import { encoded, type PaymentRequirements, type SettlementResponse, X402_VERSION } from "./payment-form.ts";

/** What is sold, and for what. */
export interface PricedAnswer {
  readonly url: string;
  readonly requirements: PaymentRequirements;
}

/** 402: the answer has to be paid, and why what was sent does not. */
export function paymentRequired({ url, requirements }: PricedAnswer, error: string, message: string): HttpError {
  const resource = { url, description: "An answer of a language model", mimeType: "application/json" };
  const required = { x402Version: X402_VERSION, error, resource, accepts: [requirements] };
  return new HttpError("INSUFFICIENT_FUNDS", message, {
    status: 402,
    type: "payment_required",
    code: "PAYMENT_REQUIRED",
    headers: { "payment-required": encoded(required) },
    next: "Pay as the header payment-required says (x402), or send an API key. Nothing was charged.",
  });
}

/** 402: the answer is there, and its payment could not be taken. */
export const notSettled = (response: SettlementResponse): HttpError =>
  new HttpError("INSUFFICIENT_FUNDS", `The payment could not be taken: ${response.errorReason ?? "refused"}.`, {
    status: 402,
    type: "payment_required",
    code: "PAYMENT_NOT_SETTLED",
    headers: { "payment-response": encoded(response) },
    next: "The answer is not told. See that the account holds what was signed for, then pay anew.",
  });

/** 502: the answer is there, and nobody knows yet whether its payment was taken. */
export const unsettled = (validBefore: number): HttpError =>
  new HttpError("TRANSACTION_FAILED", "Whether the payment was taken is not known yet.", {
    status: 502,
    type: "server_error",
    code: "PAYMENT_UNSETTLED",
    headers: { "x-should-retry": "false" },
    next: `Send the same call with the same payment and its Idempotency-Key again: it is charged once at most. From ${new Date(validBefore * 1000).toISOString()} on it can no longer be taken.`,
  });

/** 409: a payment that pays for another call, or did. */
export const paymentUsed = (): HttpError =>
  new HttpError("REQUEST_INVALID", "This payment was used already; it pays for one answer.", {
    status: 409,
    code: "PAYMENT_USED",
    next: "Sign a new payment, with a new nonce. An answer is told again by its Idempotency-Key with the same payment and body.",
  });

/** 503: who is to check payments, or take them, cannot be reached. */
export const facilitatorAway = (cause: unknown): HttpError =>
  Object.assign(
    new HttpError("EXECUTOR_UNREACHABLE", "Payments cannot be checked now.", {
      status: 503,
      code: "FACILITATOR_UNREACHABLE",
      next: "Nothing was charged. Try again.",
    }),
    { cause },
  );
