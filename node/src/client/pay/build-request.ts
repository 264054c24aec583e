import { hashParams, hashPrompt } from "@lloom/protocol/canonical";
import type { Address, CompactSignature, Hex, ModelOffer, RequestCommitment } from "@lloom/protocol/commitment-types";
import { type LaneState, nextRequestFields, worstCost } from "@lloom/protocol/lane";
import type { ChatMessage } from "@lloom/protocol/messages";
import type { Question } from "../question.ts";

/** What a chat template puts around one message, tokens; the largest in use takes about a dozen. */
const TEMPLATE_TOKENS_PER_MESSAGE = 16n;
/** What it puts around the conversation: marks of begin and end, a default system prompt. */
const TEMPLATE_TOKENS = 128n;

/**
 * Most prompt tokens that messages can have, whatever the tokenizer: each token stands for at least one byte of UTF-8,
 * but for those of the template.
 */
export function inboundBound(messages: readonly ChatMessage[]): bigint {
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  return BigInt(bytes) + TEMPLATE_TOKENS_PER_MESSAGE * BigInt(messages.length) + TEMPLATE_TOKENS;
}

/** The terms of a question at one offer: all of a request but its place in a lane. */
export type RequestTerms = Omit<
  RequestCommitment,
  "lane" | "nonce" | "ackedCost" | "costCap" | "prevResponseHash" | "deadline"
>;

/** A request that is signed, saved and about to be sent. */
export interface PlacedRequest {
  readonly request: RequestCommitment;
  readonly requestHash: Hex;
  readonly signature: CompactSignature;
  /** The lane before it. */
  readonly lane: LaneState;
}

/** Who accepts which offer. */
export interface AcceptedOffer {
  readonly client: Address;
  readonly offer: ModelOffer;
  /** Digest of `offer`: the request is for the run of the executor that made it, and for no other. */
  readonly offerHash: Hex;
  readonly promptSalt: Hex;
}

/** The question as terms. Throws REQUEST_INVALID for text that is no Unicode. */
export function requestTerms(
  question: Question,
  { client, offer, offerHash, promptSalt }: AcceptedOffer,
): RequestTerms {
  const { sampling, messages } = question;
  const { weightsHash, profileHash } = offer;
  return {
    client,
    executor: offer.executor,
    model: offer.model,
    promptHash: hashPrompt(promptSalt, messages),
    paramsHash: hashParams({ sampling, weightsHash, profileHash, offerHash }),
    maxInboundTokens: inboundBound(messages),
    maxOutboundTokens: BigInt(question.maxOutboundTokens),
    inboundPrice: offer.inboundPrice,
    outboundPrice: offer.outboundPrice,
  };
}

/** The request that continues a lane: it acknowledges the last answer, and caps the lane at the worst case of this one. */
export const continueLane = (
  terms: RequestTerms,
  { lane, state, deadline }: { readonly lane: bigint; readonly state: LaneState; readonly deadline: bigint },
): RequestCommitment => ({
  ...terms,
  lane,
  ...nextRequestFields(state),
  costCap: state.cost + worstCost(terms),
  deadline,
});
