import type { ModelOffer, RequestCommitment } from "@lloom/protocol/commitment-types";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { mostEmbeddingTokens, mostInboundTokens } from "@lloom/protocol/token-bounds";
import type { Question } from "../question.ts";

/** What of a request decides what it may cost. */
export type AskedLimits = Pick<
  RequestCommitment,
  "maxInboundTokens" | "maxOutboundTokens" | "inboundPrice" | "outboundPrice"
>;

/** Most tokens of a question's prompt, whatever tokenizer counts them. */
export const mostPromptTokens = ({ sampling, messages }: Pick<Question, "sampling" | "messages">): bigint =>
  isEmbedding(sampling) ? mostEmbeddingTokens(messages) : mostInboundTokens(messages);

/** The limits and prices of a question at one offer. Vectors are paid by their prompts alone. */
export const askedLimits = (
  question: Pick<Question, "sampling" | "messages" | "maxOutboundTokens">,
  { inboundPrice, outboundPrice }: Pick<ModelOffer, "inboundPrice" | "outboundPrice">,
): AskedLimits => ({
  maxInboundTokens: mostPromptTokens(question),
  maxOutboundTokens: BigInt(question.maxOutboundTokens),
  inboundPrice,
  outboundPrice: isEmbedding(question.sampling) ? 0n : outboundPrice,
});
