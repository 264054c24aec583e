import { LloomError } from "../../errors.ts";
import type { AnswerApi } from "../api.ts";
import { embeddingList } from "./embedding-answer.ts";
import { embeddingDescription } from "./embedding-described.ts";
import { type EmbeddingRequest, parseEmbeddingRequest } from "./embedding-request.ts";

/** POST /v1/embeddings. */
export const embeddingApi: AnswerApi<EmbeddingRequest> = {
  path: "/v1/embeddings",
  idPrefix: "embd-",
  described: embeddingDescription,
  read: parseEmbeddingRequest,
  whole: embeddingList,
  // Vectors come whole: the request has no field that asks for a stream.
  stream: () => {
    throw new LloomError("INTERNAL", "Vectors do not come as a stream.");
  },
};
