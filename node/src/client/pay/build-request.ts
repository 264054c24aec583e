import { hashParams, hashPrompt } from "@lloom/protocol/canonical";
import type { Address, CompactSignature, Hex, ModelOffer, RequestCommitment } from "@lloom/protocol/commitment-types";
import { type LaneState, nextRequestFields, worstCost } from "@lloom/protocol/lane";
import type { Question } from "../question.ts";
import { askedLimits } from "./asked-limits.ts";

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
    ...askedLimits(question, offer),
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
