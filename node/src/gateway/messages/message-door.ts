import type { ApiDoor } from "../door.ts";
import { messageEvents, wholeMessage } from "./message-answer.ts";
import { type MessageRequest, parseMessageRequest } from "./message-request.ts";

/** POST /v1/messages, in the form of Anthropic's API. */
export const messageDoor: ApiDoor<MessageRequest> = {
  path: "/v1/messages",
  idPrefix: "msg_",
  read: parseMessageRequest,
  whole: wholeMessage,
  stream: messageEvents,
};
