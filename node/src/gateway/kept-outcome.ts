import { ERROR_CODES, type ErrorCode } from "@lloom/protocol/error-codes";
import type { AskEvent } from "../client/question.ts";
import type { LloomError } from "../errors.ts";
import { decodeJson, encodeJson } from "../store/database/encoding.ts";
import { HttpError } from "./http-problem.ts";

/** The last of a failed call's events. */
interface Failure {
  readonly type: "failure";
  readonly code: ErrorCode;
  readonly message: string;
  readonly next: string;
}

/** A failure that every repeat of its call hears again. */
export const lastingFailure = (error: LloomError): HttpError =>
  failureOf({
    ...{ type: "failure", code: error.code, message: error.message },
    next: `${error.next} It takes a new Idempotency-Key: with this one nothing more is asked or paid.`,
  });

const failureOf = ({ code, message, next }: Failure): HttpError =>
  new HttpError(code, message, { status: ERROR_CODES[code].status, headers: { "x-should-retry": "false" }, next });

/** How a call ended, as it is kept: only what a repeat is told. */
export function encodeOutcome(events: readonly AskEvent[], failure?: HttpError): string {
  const told: (AskEvent | Failure)[] = events.filter(({ type }) => type !== "status" && type !== "signed");
  if (failure !== undefined)
    told.push({ type: "failure", code: failure.code, message: failure.message, next: failure.next });
  return encodeJson(told);
}

/** Tells it again. What was written is read as it is: the log's encryption proves that nobody else wrote it. */
export async function* tellOutcome(text: string): AsyncGenerator<AskEvent, void> {
  for (const event of decodeJson(text) as (AskEvent | Failure)[]) {
    if (event.type === "failure") throw failureOf(event);
    yield event;
  }
}
