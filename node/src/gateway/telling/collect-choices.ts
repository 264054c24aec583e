import type { Hex } from "@lloom/protocol/commitment-types";
import type { AskEvent } from "../../client/question.ts";
import type { AnswerTold, ToldChoice } from "../api.ts";
import type { Asked } from "../asked.ts";
import { collectedChoices, toldChoice } from "./told-choice.ts";

/** Waits for all answers of a call, whole. Throws what the events throw, and STREAM_INTERRUPTED and BACKEND_FAILED for one that did not come. */
export async function collectChoices(
  { id, call }: Pick<AnswerTold<Asked>, "id" | "call">,
  events: AsyncIterable<AskEvent>,
  onSigned: (requestHash: Hex, choice: number) => void = () => undefined,
): Promise<readonly ToldChoice[]> {
  const collected = collectedChoices(call.choices);
  for await (const event of events) {
    const { choice = 0 } = event;
    if (event.type === "signed") onSigned(event.requestHash, choice);
    const one = collected[choice];
    if (one === undefined) continue;
    if (event.type === "text") one.text += event.text;
    if (event.type === "end") one.end = event;
  }
  const mayCall = call.sampling.toolUse !== undefined;
  return collected.map((one) => toldChoice(one, { id, mayCall }));
}
