import { hashContent } from "@lloom/protocol/canonical";
import type { FinishReason, Hex, RequestCommitment, ResponseCommitment } from "@lloom/protocol/commitment-types";
import { FINISH_REASONS, ZERO_HASH } from "@lloom/protocol/commitment-types";
import { costUp } from "@lloom/protocol/costs";
import type { LaneState } from "@lloom/protocol/lane";
import { deliveryHash } from "@lloom/protocol/merkle";
import { charged } from "@lloom/protocol/token-counts";
import type { WrittenTrace } from "../../backend/trace-writer.ts";
import { toSeconds } from "../../primitives/clock.ts";

/** An answer as it was sent, with the tokenizer's counts. */
export interface Answer {
  readonly text: string;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  readonly finishReason: Exclude<FinishReason, "failed">;
  /** Of the written tokens; absent if the backend gives no log probabilities. */
  readonly trace?: WrittenTrace;
}

/**
 * What the executor signs for an answer. Counts above the client's limits are charged at the limits: the contract
 * refuses more, and a backend that cannot count before answering must not lose the whole answer by one token.
 */
export function buildResponse({
  request,
  requestHash,
  lane,
  answer,
  contentSalt,
  nowMs,
}: {
  readonly request: RequestCommitment;
  readonly requestHash: Hex;
  /** Before this answer. */
  readonly lane: LaneState;
  readonly answer: Answer;
  readonly contentSalt: Hex;
  readonly nowMs: number;
}): ResponseCommitment {
  const inboundTokens = charged(answer.inboundTokens, request.maxInboundTokens);
  const outboundTokens = charged(answer.outboundTokens, request.maxOutboundTokens);
  return {
    requestHash,
    contentHash: hashContent(contentSalt, answer.text),
    deliveryHash: deliveryHash(new TextEncoder().encode(answer.text)),
    traceRoot: answer.trace?.root ?? ZERO_HASH,
    inboundTokens,
    outboundTokens,
    cumulativeCost: request.ackedCost + costUp({ ...request, inboundTokens, outboundTokens }),
    cumulativeInbound: lane.inbound + inboundTokens,
    cumulativeOutbound: lane.outbound + outboundTokens,
    timestamp: toSeconds(nowMs),
    finishReason: BigInt(FINISH_REASONS.indexOf(answer.finishReason)),
  };
}
