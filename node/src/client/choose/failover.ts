/** What a failed attempt means: for the executor's name, and for the next attempt. Pure. */
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { Outcome } from "./executor-health.ts";

/** What to do after an attempt failed before its first text. */
export type NextStep =
  /** The question itself is at fault: every executor would say the same. */
  | "giveUp"
  | "other"
  /** The executor sees channel, lane or price differently: once more, with what the chain and it say now. */
  | "again"
  /** The deposit does not reach, or the chain does not answer: only executors whose channels are known can help. */
  | "otherFunded";

interface Consequence {
  readonly next: NextStep;
  readonly outcome?: Exclude<Outcome["type"], "answered">;
}

const CONSEQUENCES: Partial<Record<ErrorCode, Consequence>> = {
  REQUEST_INVALID: { next: "giveUp" },
  UNSUPPORTED: { next: "giveUp" },
  CONTEXT_EXCEEDED: { next: "giveUp" },
  FRAME_TOO_LARGE: { next: "giveUp" },
  CANCELLED: { next: "giveUp" },
  STORE_FAILED: { next: "giveUp" },
  // It may have signed something that can be settled: another executor would be paid for the same question.
  RESPONSE_INVALID: { next: "giveUp", outcome: "cheated" },
  FRAME_INVALID: { next: "other", outcome: "cheated" },
  INSUFFICIENT_FUNDS: { next: "otherFunded" },
  CHAIN_UNREACHABLE: { next: "otherFunded" },
  TRANSACTION_FAILED: { next: "otherFunded" },
  QUEUE_FULL: { next: "other", outcome: "busy" },
  RATE_LIMITED: { next: "other", outcome: "busy" },
  DRAINING: { next: "other", outcome: "leaving" },
  CHANNEL_UNDERFUNDED: { next: "again", outcome: "failed" },
  LANE_OUT_OF_STEP: { next: "again", outcome: "failed" },
  LANE_BUSY: { next: "again", outcome: "failed" },
  OFFER_UNKNOWN: { next: "again", outcome: "failed" },
  PRICE_REFUSED: { next: "again", outcome: "failed" },
  EXECUTOR_UNREACHABLE: { next: "other", outcome: "unreachable" },
  EXECUTOR_TIMEOUT: { next: "other", outcome: "unreachable" },
  STREAM_INTERRUPTED: { next: "other", outcome: "unreachable" },
};

/** What a failure with this code means; a code that says nothing in particular is a failure of the executor. */
export const consequenceOf = (code: ErrorCode): Consequence =>
  CONSEQUENCES[code] ?? { next: "other", outcome: "failed" };
