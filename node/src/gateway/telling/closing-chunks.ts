import type { Answered } from "../../client/question.ts";
import { callFacts, usageOf } from "../answer-facts.ts";
import type { AnswerTold, StreamEvent } from "../api.ts";
import type { Asked } from "../asked.ts";

/** A call whose answers may come in chunks. */
interface ChunkedCall extends Asked {
  readonly includeUsage: boolean;
}

/** Whether usage and facts come in a chunk of their own: of several answers nobody knows which one ends last. */
export const haveOwnChunk = ({ includeUsage, choices }: ChunkedCall): boolean => includeUsage || choices > 1;

/** What ends a stream of chunks. `base`: what each of them has. */
export function closingChunks(
  base: object,
  { call, deployment }: Pick<AnswerTold<ChunkedCall>, "call" | "deployment">,
  ends: readonly Answered[],
): StreamEvent[] {
  const told = { ...(call.includeUsage && { usage: usageOf(ends) }), lloom: callFacts(ends, deployment) };
  return [...(haveOwnChunk(call) ? [{ data: { ...base, choices: [], ...told } }] : []), { data: "[DONE]" }];
}
