import { type ApiDoor, CHAT_PATH } from "../door.ts";
import { chatChunks, chatCompletion } from "./chat-answer.ts";
import { type ChatRequest, parseChatRequest } from "./chat-request.ts";

/** POST /v1/chat/completions. */
export const chatDoor: ApiDoor<ChatRequest> = {
  path: CHAT_PATH,
  idPrefix: "chatcmpl-",
  read: parseChatRequest,
  whole: chatCompletion,
  stream: chatChunks,
};
