import type { AnswerApi } from "../api.ts";
import { messageEvents, wholeMessage } from "./message-answer.ts";
import { messageDescription } from "./message-described.ts";
import { type MessageRequest, parseMessageRequest } from "./message-request.ts";

/** POST /v1/messages, in the form of Anthropic's API. */
export const messageApi: AnswerApi<MessageRequest> = {
  path: "/v1/messages",
  idPrefix: "msg_",
  described: messageDescription,
  read: parseMessageRequest,
  whole: wholeMessage,
  stream: messageEvents,
};
