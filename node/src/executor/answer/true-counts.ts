import { embeddingOutbound, isEmbedding } from "@lloom/protocol/form/embedding";
import {
  mostEmbeddingTokens,
  mostInboundTokens,
  mostOutboundTokens,
  usualEmbeddingTokens,
  usualInboundTokens,
  usualOutboundTokens,
} from "@lloom/protocol/token-bounds";
import type { Completion } from "../../backend/backend.ts";
import type { Answer } from "./response.ts";

/**
 * The answer with counts that its prompt and its text can have. What a backend counts is a statement, and this node signs it:
 * a count above what there can be (a wrong one, or hidden thoughts) says nothing of what was delivered. In its place comes
 * what such a text usually has, not the most that it could have.
 */
export function withTrueCounts(answer: Answer, { messages, sampling }: Completion): Answer {
  const { text } = answer;
  if (isEmbedding(sampling))
    return {
      ...answer,
      inboundTokens: trueCount(answer.inboundTokens, {
        most: mostEmbeddingTokens(messages),
        usual: usualEmbeddingTokens(messages),
      }),
      outboundTokens: embeddingOutbound(text),
    };
  return {
    ...answer,
    inboundTokens: trueCount(answer.inboundTokens, {
      most: mostInboundTokens(messages),
      usual: usualInboundTokens(messages),
    }),
    outboundTokens: trueCount(answer.outboundTokens, {
      most: mostOutboundTokens(text, sampling.stop),
      usual: usualOutboundTokens(text),
    }),
  };
}

const trueCount = (count: number, { most, usual }: { readonly most: bigint; readonly usual: bigint }): number =>
  count <= Number(most) ? count : Number(usual);
