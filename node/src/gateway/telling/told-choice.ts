import type { Answered } from "../../client/question.ts";
import { LloomError } from "../../errors.ts";
import type { ToldChoice } from "../api.ts";
import { toldMessage } from "./told-calls.ts";

/** What has come of an answer. */
export interface CollectedChoice {
  readonly index: number;
  text: string;
  end: Answered | undefined;
}

/** So many answers of which nothing has come yet. */
export const collectedChoices = (choices: number): CollectedChoice[] =>
  Array.from({ length: choices }, (_, index) => ({ index, text: "", end: undefined }));

/** An answer whose events are over. Throws STREAM_INTERRUPTED and BACKEND_FAILED for one that did not come. */
export function toldChoice(
  { index, text, end: given }: CollectedChoice,
  { id, mayCall }: { readonly id: string; readonly mayCall: boolean },
): ToldChoice {
  const end = checkEnd(given);
  if (!mayCall) return { index, content: text, calls: [], end };
  return { index, ...toldMessage(text, index === 0 ? id : `${id}_${index}`), end };
}

function checkEnd(end: Answered | undefined): Answered {
  if (end === undefined) throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
  if (end.finishReason === "failed")
    throw new LloomError("BACKEND_FAILED", "The executor could not answer; it costs nothing.");
  return end;
}

/** The request's hash as it was signed: executor and gateway log it, so that a call can be followed through both. */
export const REQUEST_HEADER = "x-lloom-request";
