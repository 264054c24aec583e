/** What a failed attempt means: for the executor's name, and for the next attempt. Pure. */
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { Outcome } from "./executor-health.ts";

/** What to do after an attempt failed before its first text. */
export type NextStep =
  /** This client sees itself that the question cannot be answered, or was told to stop. */
  | "giveUp"
  | "other"
  /** The executor sees channel, lane or price differently: once more, with what the chain and it say now. */
  | "again"
  /** The deposit does not reach, or the chain does not answer: only executors whose channels are known can help. */
  | "otherFunded";

interface Consequence {
  readonly next: NextStep;
  readonly outcome?: Exclude<Outcome["type"], "answered">;
  /** It says that the question is at fault; what it is worth depends on who says it. */
  readonly blamesQuestion?: true;
}

/** What this client found out itself. */
const FOUND: Partial<Record<ErrorCode, Consequence>> = {
  REQUEST_INVALID: { next: "giveUp" },
  UNSUPPORTED: { next: "giveUp" },
  CONTEXT_EXCEEDED: { next: "giveUp" },
  FRAME_TOO_LARGE: { next: "giveUp" },
  CANCELLED: { next: "giveUp" },
  STORE_FAILED: { next: "giveUp" },
  INSUFFICIENT_FUNDS: { next: "otherFunded" },
  CHAIN_UNREACHABLE: { next: "otherFunded" },
  TRANSACTION_FAILED: { next: "otherFunded" },
  RESPONSE_INVALID: { next: "other", outcome: "cheated" },
  FRAME_INVALID: { next: "other", outcome: "cheated" },
};

/** What an executor says instead of an answer. Its own troubles are its own, and whatever it says, it did not answer. */
const TOLD: Partial<Record<ErrorCode, Consequence>> = {
  QUEUE_FULL: { next: "other", outcome: "busy" },
  RATE_LIMITED: { next: "other", outcome: "busy" },
  DRAINING: { next: "other", outcome: "leaving" },
  CHANNEL_UNDERFUNDED: { next: "again", outcome: "failed" },
  LANE_OUT_OF_STEP: { next: "again", outcome: "failed" },
  LANE_BUSY: { next: "again", outcome: "failed" },
  OFFER_UNKNOWN: { next: "again", outcome: "failed" },
  PRICE_REFUSED: { next: "again", outcome: "failed" },
  UNSUPPORTED: { next: "other", outcome: "failed", blamesQuestion: true },
  CONTEXT_EXCEEDED: { next: "other", outcome: "failed", blamesQuestion: true },
};

/** What a failure with this code means; a code that says nothing in particular is a failure of the executor. */
export const consequenceOf = (code: ErrorCode, by: "client" | "executor"): Consequence =>
  (by === "client" ? FOUND : TOLD)[code] ?? { next: "other", outcome: "failed" };

/** So many executors have to say the same before it is believed: one liar, and its twin, stop nobody's question. */
const TO_BELIEVE = 3;

/**
 * Whether it is believed that the question is at fault. Nobody's word is enough; three are, or two when there is nobody else
 * to ask.
 */
export const isBelieved = (blames: number, { isEverybody }: { readonly isEverybody: boolean }): boolean =>
  blames >= TO_BELIEVE || (isEverybody && blames > 1);
