/**
 * What is charged, exactly, where the tokenizer is known: the counts of a response are facts that anybody with the vocabulary
 * can count again, from the prompt, the delivered text and the signed request alone.
 *
 * - outbound: the tokens that the tokenizer makes of the delivered text, taken as plain text, without a mark of begin or end. So
 *   the token that ends an answer is free, as are a stop string, which is not delivered, and bytes of a character that was cut
 *   off; what stands in the text as U+FFFD counts as that. In how many tokens the model wrote the text does not matter.
 * - inbound: the tokens of the conversation in the model's own chat template, ready for the answer to begin. Where the template
 *   asks for the time, it is told the beginning of the day (UTC) of the request's deadline.
 * - of a request for vectors: inbound, the tokens that the tokenizer makes of each text whose vector was delivered, taken as plain text,
 *   without a mark of begin or end; outbound, one for every 8 bytes of the answer that are begun, at a price of 0 (`form/embedding.ts`).
 * - Neither is above the request's limit, which is charged in its place.
 */
import type { RequestCommitment, ResponseCommitment } from "./commitment-types.ts";

/** Counted again. */
export interface TokenCounts {
  readonly inboundTokens: number;
  readonly outboundTokens: number;
}

/** Another version of a tokenizer may cut rare text differently: so much of its own count it leaves to others, rounded up. */
const OTHER_VERSION_PART = 32n;

export interface CountsToJudge {
  readonly request: Pick<RequestCommitment, "maxInboundTokens" | "maxOutboundTokens">;
  readonly response: Pick<ResponseCommitment, "inboundTokens" | "outboundTokens">;
  readonly counts: TokenCounts;
  /** The counts were made by the very version that the executor's profile names. Else only a higher count is wrong. */
  readonly isSameVersion: boolean;
}

/** Why the counts of a response are not those of the tokenizer, or `undefined`. */
export function countsProblem({ request, response, counts, isSameVersion }: CountsToJudge): string | undefined {
  const inbound = charged(counts.inboundTokens, request.maxInboundTokens);
  const outbound = charged(counts.outboundTokens, request.maxOutboundTokens);
  const isWrong = (stated: bigint, counted: bigint): boolean =>
    isSameVersion ? stated !== counted : stated > counted + toleranceOf(counted);
  if (isWrong(response.inboundTokens, inbound))
    return `The response counts ${response.inboundTokens} prompt tokens; the model's tokenizer counts ${inbound}.`;
  if (isWrong(response.outboundTokens, outbound))
    return `The response counts ${response.outboundTokens} answer tokens; the model's tokenizer counts ${outbound}.`;
  return undefined;
}

/** How far a count may be from that of another version of the tokenizer. */
export const toleranceOf = (counted: bigint): bigint => (counted + OTHER_VERSION_PART - 1n) / OTHER_VERSION_PART;

/** A count as it is charged: the request's limit at most. */
export const charged = (count: number, most: bigint): bigint => (BigInt(count) < most ? BigInt(count) : most);
