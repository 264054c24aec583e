/** Headers of answers, each with what it says. Pages may read all of them (`cors.ts`), and `/openapi.json` lists them. */

/** Of every answer, failures among them. */
export const CALL_HEADERS: Readonly<Record<string, string>> = {
  "x-request-id": "The caller's own id of the call, or one that was made for it; it stands in the gateway's log.",
  "x-ratelimit-limit-requests": "Requests that the caller may ask: a minute by its API key's rate, else at once.",
  "x-ratelimit-remaining-requests": "How many of them are left.",
  "x-ratelimit-reset-requests": "When all of them are there again, such as 250ms, 1s, 6m0s.",
  "x-lloom-budget": "The API key's budget, base units.",
  "x-lloom-budget-remaining": "What is left of it, base units.",
  "x-lloom-budget-reset": "Seconds until it begins anew.",
};

/** Of failures. */
export const PROBLEM_HEADERS: Readonly<Record<string, string>> = {
  "retry-after": "Seconds to wait before the call is repeated.",
  "x-should-retry": "`false` where a repeat of the call cannot succeed.",
  "payment-required": "Of a 402 where calls are paid without an account: what to pay, x402's form, JSON in base64.",
};

/** Of paid answers; of a stream those that are known before it begins. */
export const PAID_HEADERS: Readonly<Record<string, string>> = {
  "x-lloom-request": "The hash of the signed request, by which executor and gateway log it.",
  "x-lloom-executor": "Who answered.",
  "x-lloom-weights": "The weights that the executor signed to have answered with, `sha256:…`, or `none`.",
  "x-lloom-attempts": "Executors tried, the one that answered included.",
  "x-lloom-cost": "What the answer cost, base units of the token of payment. Not of a stream: its last event says it.",
  "x-lloom-amount": "The same in whole tokens.",
  "x-lloom-token": "The token's symbol.",
  "x-lloom-agreement": "Of a question that several were asked: how many of how many answers are the same.",
  "x-lloom-receipt": "The receipt, JSON in base64url, where it is not too long for a header.",
  "x-lloom-cache": "`hit` where the gateway gave the same caller this answer before: nothing was paid for it now.",
  "payment-response":
    "Of an answer that was paid without an account: what became of the payment, x402's form, JSON in base64.",
  age: "How old such an answer is, seconds.",
  "idempotent-replayed": "`true` where a repeated call gets the answer that it had before.",
};
