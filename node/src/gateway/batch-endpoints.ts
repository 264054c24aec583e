import { type BatchEndpoint, type LineEndpointParts, lineEndpoint } from "./batches/line-endpoint.ts";
import { chatApi } from "./chat/chat-api.ts";
import { completionApi } from "./completions/completion-api.ts";
import { embeddingApi } from "./embeddings/embedding-api.ts";
import { responseApi } from "./responses/response-api.ts";

/** APIs whose calls may stand in a batch: each by its path. */
export const batchEndpoints = (parts: LineEndpointParts): readonly BatchEndpoint[] => [
  lineEndpoint(parts, chatApi),
  lineEndpoint(parts, completionApi),
  lineEndpoint(parts, responseApi),
  lineEndpoint(parts, embeddingApi),
];
