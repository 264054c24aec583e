import type { Address } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { asLloomError } from "../../errors.ts";
import type { AskEvent, ToldToken } from "../question.ts";
import type { AskParts } from "./ask-state.ts";

/**
 * The same events, the last of them with the tokens of the answer: executors show them only once they have signed it, so that they are
 * fetched then. Nobody waits for them who has hung up. Throws as `AnswerOdds`; who did not show what it promised has failed.
 */
export async function* withOdds(
  { odds, book, settings }: Pick<AskParts, "odds" | "book" | "settings">,
  events: AsyncIterable<AskEvent>,
  signal: AbortSignal,
): AsyncGenerator<AskEvent, void> {
  const offers = new Map<Address, SignedOffer>();
  for await (const event of events) {
    if (event.type === "executor") offers.set(event.executor, event.signed);
    const signed = event.type === "end" ? offers.get(event.executor) : undefined;
    if (event.type !== "end" || signed === undefined || odds === undefined || signal.aborted) {
      yield event;
      continue;
    }
    let told: readonly ToldToken[] | undefined;
    try {
      told = await odds.of({ signed, end: event }, signal);
    } catch (thrown) {
      if (asLloomError(thrown).code === "RESPONSE_INVALID" && !signal.aborted)
        book.note(event.executor, { type: "failed" }, settings.clock());
      if (!signal.aborted) throw thrown;
    }
    yield told === undefined ? event : { ...event, odds: told };
  }
}
