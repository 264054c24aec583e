import { describe, expect, it } from "vitest";
import { ERROR_CODES, type ErrorCode, isErrorCode } from "./error-codes.ts";

const kinds = Object.entries(ERROR_CODES);

/** Failures after which the same request may well succeed, elsewhere or later. */
const PASSING: readonly ErrorCode[] = [
  "CHANNEL_UNDERFUNDED",
  "UNLOCK_PENDING",
  "OFFER_UNKNOWN",
  "PRICE_REFUSED",
  "LANE_OUT_OF_STEP",
  "LANE_BUSY",
  "CLOCK_WRONG",
  "RATE_LIMITED",
  "QUEUE_FULL",
  "INTERNAL",
  "BACKEND_FAILED",
  "RESPONSE_INVALID",
  "EXECUTOR_UNREACHABLE",
  "STREAM_INTERRUPTED",
  "NO_EXECUTOR",
  "DRAINING",
  "BACKEND_TIMEOUT",
  "EXECUTOR_TIMEOUT",
  "SIGNER_UNREACHABLE",
  "CHAIN_UNREACHABLE",
  "TRANSACTION_FAILED",
  "INDEXER_BUSY",
  "INDEXER_UNREACHABLE",
  "INDEXER_TIMEOUT",
  "INDEXER_REFUSED",
];

/** OpenAI's word for a failure, by which its libraries tell what to do. */
function typeOf(status: number): string {
  if (status >= 500) return "server_error";
  if (status === 401) return "authentication_error";
  if (status === 402) return "insufficient_quota";
  return status === 429 ? "rate_limit_error" : "invalid_request_error";
}

describe("error codes", () => {
  it("say of these failures that they may pass, and of no others: those of the question, the money and the own machine", () => {
    expect(kinds.filter(([, { retryable }]) => retryable).map(([code]) => code)).toEqual(PASSING);
  });

  it.each(kinds)("%s has a next step, and the type that its HTTP status has in OpenAI's interface", (_, kind) => {
    expect(kind.next).toMatch(/^[A-Z].+\.$/);
    expect(kind.status).toBeGreaterThanOrEqual(400);
    expect(kind.type).toBe(typeOf(kind.status));
  });

  it("are told from words that only look like one", () => {
    expect(["QUEUE_FULL", "queue_full", "NO_SUCH", "toString", ""].filter(isErrorCode)).toEqual(["QUEUE_FULL"]);
  });
});
