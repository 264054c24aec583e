import { lloomFacts, openAiFinishReason, usageOf } from "../answer-facts.ts";
import type { AnswerTold, StreamEvent, StreamTeller, ToldChoice } from "../door.ts";
import type { ToldCall } from "../telling/told-calls.ts";
import type { ChatRequest } from "./chat-request.ts";

/** A chat completion, whole. */
export function chatCompletion(
  { id, created, call, deployment }: AnswerTold<ChatRequest>,
  [choice]: readonly [ToldChoice],
): object {
  const { end } = choice;
  return {
    id,
    object: "chat.completion",
    created,
    model: call.model,
    choices: [wholeChoice(choice)],
    usage: usageOf(end),
    lloom: lloomFacts(end, deployment),
  };
}

function wholeChoice({ index, content, calls, end }: ToldChoice): object {
  const message =
    calls.length === 0
      ? { role: "assistant", content, refusal: null }
      : { role: "assistant", content: content || null, refusal: null, tool_calls: calls.map(openAiCall) };
  return { index, message, logprobs: null, finish_reason: openAiFinishReason(end, calls.length > 0) };
}

const openAiCall = ({ id, ...called }: ToldCall) => ({ id, type: "function", function: called });

/** A chat completion in chunks. The last one before [DONE] carries the field `lloom`. */
export function chatChunks({ id, created, call, deployment }: AnswerTold<ChatRequest>): StreamTeller {
  const base = { id, object: "chat.completion.chunk", created, model: call.model };
  const usage = call.includeUsage ? { usage: null } : {};
  const begun = new Set<number>();
  const choose = (index: number, delta: object, finishReason: string | null = null) => ({
    ...base,
    choices: [{ index, delta, logprobs: null, finish_reason: finishReason }],
    ...usage,
  });
  const content = (index: number, text: string): StreamEvent[] => {
    const isFirst = !begun.has(index);
    begun.add(index);
    return [
      ...(isFirst ? [{ data: choose(index, { role: "assistant", content: "" }) }] : []),
      ...(text === "" ? [] : [{ data: choose(index, { content: text }) }]),
    ];
  };
  return {
    text: content,
    ended: ({ index, calls, end }, rest) => {
      const last = choose(index, {}, openAiFinishReason(end, calls.length > 0));
      return [
        ...content(index, rest),
        ...calls.map((one, place) => ({
          data: choose(index, { tool_calls: [{ index: place, ...openAiCall(one) }] }),
        })),
        { data: call.includeUsage ? last : { ...last, lloom: lloomFacts(end, deployment) } },
      ];
    },
    finished: ([choice]) => {
      const end = choice?.end;
      const told = end && { usage: usageOf(end), lloom: lloomFacts(end, deployment) };
      return [...(call.includeUsage ? [{ data: { ...base, choices: [], ...told } }] : []), { data: "[DONE]" }];
    },
  };
}
