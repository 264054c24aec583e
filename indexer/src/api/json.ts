import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";
import { jsonText } from "@lloom/protocol/json-text";

export const jsonResponse = (value: unknown, status = 200): Response =>
  new Response(jsonText(value), { status, headers: { "content-type": "application/json" } });

/** A refusal in the form that every door of the network gives: code, sentence, next step (the code's own unless given). */
export const refusal = (code: ErrorCode, message: string, next: string = ERROR_CODES[code].next): Response =>
  jsonResponse({ errors: [{ message, extensions: { code, next } }] }, ERROR_CODES[code].status);
