import { readVectors } from "@lloom/protocol/form/vectors";
import { LloomError } from "../../errors.ts";
import { callFacts, tokensOf } from "../answer-facts.ts";
import type { AnswerTold, ToldChoice } from "../api.ts";
import type { EmbeddingRequest } from "./embedding-request.ts";

/** Vectors in OpenAI's shape, in the order of their texts. Throws STREAM_INTERRUPTED where some of them did not come. */
export function embeddingList(
  { call, deployment }: AnswerTold<EmbeddingRequest>,
  choices: readonly ToldChoice[],
): object {
  const ends = choices.map(({ end }) => end);
  if (ends.some(({ finishReason }) => finishReason !== "stop"))
    throw new LloomError("STREAM_INTERRUPTED", "Not all of the vectors came.");
  const embeddings = choices.flatMap(({ content }) => toldVectors(content, call.encoding));
  const { inbound } = tokensOf(ends);
  return {
    object: "list",
    data: embeddings.map((embedding, index) => ({ object: "embedding", index, embedding })),
    model: call.model,
    usage: { prompt_tokens: inbound, total_tokens: inbound },
    lloom: callFacts(ends, deployment),
  };
}

/** They were held against their form before they were paid; as base64 they are told as they came. */
function toldVectors(content: string, encoding: EmbeddingRequest["encoding"]): readonly (string | number[])[] {
  if (encoding === "base64") return content.split("\n").slice(0, -1);
  const vectors = readVectors(content);
  if (typeof vectors === "string") throw new LloomError("RESPONSE_INVALID", vectors);
  return vectors.map((vector) => [...vector]);
}
