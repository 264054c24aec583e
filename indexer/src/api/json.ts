import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";
import { jsonText } from "@lloom/protocol/json-text";

const RETRY_SECONDS = "2";

export const jsonResponse = (value: unknown, status = 200, more: Readonly<Record<string, string>> = {}): Response =>
  new Response(jsonText(value), {
    status,
    headers: { "content-type": "application/json", ...(status === 503 && { "retry-after": RETRY_SECONDS }), ...more },
  });

/** A refusal in the form that every interface of the network gives: code, sentence, next step (the code's own unless given). */
export const refusal = (code: ErrorCode, message: string, next: string = ERROR_CODES[code].next): Response =>
  jsonResponse({ errors: [{ message, extensions: { code, next } }] }, ERROR_CODES[code].status);
