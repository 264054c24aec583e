import { LloomError } from "../errors.ts";
import type { Engine } from "./engine.ts";
import type { LloomAnswer, LloomClient, LloomEvent, LloomQuestion } from "./public-types.ts";
import { verifyReceipt } from "./verify-receipt.ts";

const NEVER = new AbortController().signal;

/** What programs get, on whatever it is made. */
export function clientOf(engine: Engine): LloomClient {
  const stream = (question: LloomQuestion, { signal = NEVER } = {}): AsyncIterable<LloomEvent> =>
    engine.answer(question, signal);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= Promise.resolve(engine[Symbol.asyncDispose]());
    return closed;
  };
  return {
    address: engine.address,
    ask: async (question, stopping) => wholeOf(stream(question, stopping)),
    stream,
    models: () => engine.models(),
    offers: (model) => engine.offers(model),
    receipts: { list: (listing = {}) => engine.receipts(listing), verify: verifyReceipt },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function wholeOf(events: AsyncIterable<LloomEvent>): Promise<LloomAnswer> {
  for await (const event of events) if (event.type === "answer") return event.answer;
  throw new LloomError("STREAM_INTERRUPTED", "The answer ended without a receipt.");
}
