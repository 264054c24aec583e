import type { AnswerApi } from "../api.ts";
import { textChunks, textCompletion } from "./completion-answer.ts";
import { completionDescription } from "./completion-described.ts";
import { type CompletionRequest, parseCompletionRequest } from "./completion-request.ts";

/** POST /v1/completions. */
export const completionApi: AnswerApi<CompletionRequest> = {
  path: "/v1/completions",
  idPrefix: "cmpl-",
  described: completionDescription,
  read: parseCompletionRequest,
  whole: textCompletion,
  stream: textChunks,
};
