import type { pairRejection } from "../../indexer/ponder.schema.ts";

/** Why the contract skips a pair, in words, by the index's name for it. */
export const REJECTION_WORDS: Readonly<Record<(typeof pairRejection.$inferSelect)["reason"], string>> = {
  NONE: "No reason was given",
  CLIENT_SIGNATURE: "The client's signature does not match",
  EXECUTOR_SIGNATURE: "The executor's signature does not match",
  REQUEST_HASH: "The response names another request",
  NONCE: "The lane has already been settled this far",
  INBOUND_TOKENS: "More prompt tokens than the request allows",
  OUTBOUND_TOKENS: "More answer tokens than the request allows",
  FINISH_REASON: "The finish reason and the cost contradict each other",
  COST_ARITHMETIC: "The cost does not follow from tokens and prices",
  COST_CAP: "The cost is above the request's cap",
  ACKNOWLEDGED_COST: "The acknowledged cost is below what was settled",
  EXPIRED: "It came after the settlement window",
  NOTHING_TO_PAY: "There was nothing to pay",
  DISPUTED: "A dispute about the answer holds its pay",
  UNKNOWN: "For a reason that this explorer does not know",
};
