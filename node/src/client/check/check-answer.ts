import { hashContent } from "@lloom/protocol/canonical";
import {
  type CompactSignature,
  type Hex,
  type RequestCommitment,
  type ResponseCommitment,
  ZERO_HASH,
} from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { type LaneState, responseProblem } from "@lloom/protocol/lane";
import { deliveryHash } from "@lloom/protocol/merkle";
import type { Profile } from "@lloom/protocol/profile";
import type { RecoverAddress } from "@lloom/protocol/signatures";
import { mostOutboundTokens } from "@lloom/protocol/token-bounds";

/** A response with everything that it must agree with. */
export interface AnswerFacts {
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
  readonly request: RequestCommitment;
  readonly requestHash: Hex;
  /** The lane before this answer. */
  readonly lane: LaneState;
  /** All text that was received. */
  readonly text: string;
  /** Strings that end an answer and are cut off. */
  readonly stop: readonly string[];
  /** What the offer promised. */
  readonly evidence: Profile["evidence"];
  readonly response: ResponseCommitment;
  readonly signature: CompactSignature;
  readonly contentSalt: Hex;
}

/**
 * What is wrong with an answer, or `undefined`. Signature, request, limits, arithmetic, running totals, counts that the text
 * cannot have (those of the prompt are limited by the request itself, at the most that it can have), that there is text, that
 * the signed hashes are those of the text that came, and that there is a trace if the offer promised one: whatever passes can be
 * paid, shown and, if need be, disputed.
 */
export function answerProblem(facts: AnswerFacts): string | undefined {
  const { hasher, recover, request, requestHash, lane, text, response } = facts;
  const signer = recover(hasher.hashResponse(response), facts.signature);
  if (signer !== request.executor) return `The response is signed by ${signer ?? "nobody"}, not by the executor.`;
  const problem = responseProblem({ state: lane, request, requestHash, response });
  if (problem !== undefined) return problem.message;
  const most = mostOutboundTokens(text, facts.stop);
  if (response.outboundTokens > most)
    return `The response counts ${response.outboundTokens} tokens of a text that can have ${most} at most.`;
  if (text === "") return "The response is signed for no text at all.";
  if (response.finishReason === 0n) return "The response says that the answer failed.";
  if (response.contentHash !== hashContent(facts.contentSalt, text))
    return "contentHash is not that of the text that was received.";
  if (response.deliveryHash !== deliveryHash(new TextEncoder().encode(text)))
    return "deliveryHash is not that of the bytes that were received.";
  if (facts.evidence === "trace" && response.traceRoot === ZERO_HASH)
    return "The offer promises a trace of every answer, and the response has none.";
  return undefined;
}
