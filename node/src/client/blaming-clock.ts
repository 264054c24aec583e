import type { ErrorCode } from "@lloom/protocol/error-codes";
import { LloomError } from "../errors.ts";
import type { AskEvent } from "./question.ts";

/** Failures that a wrong clock causes: offers seem to be over or not yet made, deadlines too far or past. */
const OF_TIME: ReadonlySet<ErrorCode> = new Set(["NO_EXECUTOR", "MODEL_NOT_FOUND", "DEADLINE_INVALID"]);

/** The same events; a failure that this machine's clock explains is told as that. */
export async function* blamingClock(
  events: AsyncIterable<AskEvent>,
  checkClock: (() => Promise<LloomError | undefined>) | undefined,
): AsyncGenerator<AskEvent, void> {
  try {
    yield* events;
  } catch (thrown) {
    const isOfTime = thrown instanceof LloomError && OF_TIME.has(thrown.code);
    throw (isOfTime ? await checkClock?.() : undefined) ?? thrown;
  }
}
