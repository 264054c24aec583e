import type { SignedOffer } from "@lloom/protocol/messages";
import { LloomError } from "../../errors.ts";
import type { Answered, AskEvent } from "../question.ts";

/** An answer in one piece, with the offer that it was asked by. */
export interface WholeAnswer {
  readonly text: string;
  readonly signed: SignedOffer;
  readonly end: Answered;
}

/** What is told on the way to one. */
export type OnTheWay = Exclude<AskEvent, Answered | { type: "text" }>;

/**
 * Passes on what is told on the way, and returns the answer once all of it is there. Throws as the events, and
 * STREAM_INTERRUPTED where they stop without an end.
 */
export async function* wholeAnswer(events: AsyncIterable<AskEvent>): AsyncGenerator<OnTheWay, WholeAnswer> {
  let [text, signed]: [string, SignedOffer | undefined] = ["", undefined];
  for await (const event of events) {
    if (event.type === "executor") signed = event.signed;
    if (event.type === "text") text += event.text;
    else if (event.type !== "end") yield event;
    else if (signed !== undefined) return { text, signed, end: event };
  }
  throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
}
