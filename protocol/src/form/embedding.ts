/**
 * Embeddings: a request whose messages are texts, each of which gets a vector in place of an answer to all of them. It travels like every
 * other request; what is asked for is a setting, which whoever does not know it refuses.
 */
import { LloomError } from "../lloom-error.ts";
import type { ChatMessage, Sampling } from "../messages.ts";
import { EMBEDDING_LIMITS } from "./answer-settings.ts";

/** Sampling of a request for vectors: nothing is sampled, so that there is one form of it. */
export const embeddingSampling = (dimensions?: number): Sampling => ({
  ...{ temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
  embedding: dimensions === undefined ? {} : { dimensions },
});

/** Whether vectors are asked for. */
export const isEmbedding = ({ embedding }: Pick<Sampling, "embedding">): boolean => embedding !== undefined;

/** Throws REQUEST_INVALID for messages of which no vectors can be made. */
export function checkTexts(messages: readonly ChatMessage[]): void {
  if (messages.length > EMBEDDING_LIMITS.texts)
    throw new LloomError(
      "REQUEST_INVALID",
      `One request takes ${EMBEDDING_LIMITS.texts} texts to embed, not ${messages.length}.`,
    );
  if (messages.some(({ role, content }) => role !== "user" || content === ""))
    throw new LloomError("REQUEST_INVALID", "What is embedded are messages of role user, none of them empty.");
}

/** Bytes of vectors that count as one outbound token: what a bond for a delivery dispute allows for each. */
const BYTES_PER_TOKEN = 8;

/**
 * Outbound tokens of vectors. They cost nothing, since a request for vectors signs an outbound price of 0; but whoever disputes a delivery
 * bonds by this count, and revealing vectors costs gas as revealing text does.
 */
export const embeddingOutbound = (text: string): number => Math.ceil(text.length / BYTES_PER_TOKEN);

/** Most of them in one answer: the limit that every request for vectors signs. */
export const MOST_EMBEDDING_OUTBOUND = Math.ceil(EMBEDDING_LIMITS.answerBytes / BYTES_PER_TOKEN);

/** Of how many of its texts an answer has the vectors. */
export const embeddedTexts = (text: string): number => text.split("\n").length - 1;
