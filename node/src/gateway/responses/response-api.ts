import type { AnswerApi } from "../api.ts";
import { responseEvents, wholeResponse } from "./response-answer.ts";
import { responseDescription } from "./response-described.ts";
import { parseResponseRequest, type ResponseRequest } from "./response-request.ts";

/** POST /v1/responses: Open Responses, of which nothing is kept. */
export const responseApi: AnswerApi<ResponseRequest> = {
  path: "/v1/responses",
  idPrefix: "resp_",
  described: responseDescription,
  read: parseResponseRequest,
  whole: wholeResponse,
  stream: responseEvents,
};
