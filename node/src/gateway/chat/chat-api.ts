import { type AnswerApi, CHAT_PATH } from "../api.ts";
import { chatChunks, chatCompletion } from "./chat-answer.ts";
import { chatDescription } from "./chat-described.ts";
import { type ChatRequest, parseChatRequest } from "./chat-request.ts";

/** POST /v1/chat/completions. */
export const chatApi: AnswerApi<ChatRequest> = {
  path: CHAT_PATH,
  idPrefix: "chatcmpl-",
  described: chatDescription,
  read: parseChatRequest,
  whole: chatCompletion,
  stream: chatChunks,
};
