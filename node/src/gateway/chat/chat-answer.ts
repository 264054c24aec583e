import type { Answered } from "../../client/question.ts";
import { callFacts, openAiFinishReason, usageOf } from "../answer-facts.ts";
import type { AnswerTold, StreamEvent, StreamTeller, ToldChoice } from "../api.ts";
import { closingChunks, haveOwnChunk } from "../telling/closing-chunks.ts";
import type { ToldCall } from "../telling/told-calls.ts";
import { openAiOdds } from "../telling/told-odds.ts";
import type { ChatRequest } from "./chat-request.ts";

/** A chat completion, whole. */
export function chatCompletion(
  { id, created, call, deployment }: AnswerTold<ChatRequest>,
  choices: readonly ToldChoice[],
): object {
  const ends = choices.map(({ end }) => end);
  return {
    id,
    object: "chat.completion",
    created,
    model: toldModel(call, ends[0]),
    choices: choices.map((choice) => wholeChoice(choice, call)),
    usage: usageOf(ends),
    lloom: callFacts(ends, deployment),
  };
}

/** The name that was asked for; of several the one that answered. */
const toldModel = ({ model, fallbacks = [] }: ChatRequest, end: Answered | undefined): string =>
  fallbacks.length === 0 || end === undefined ? model : end.receipt.request.model;

function wholeChoice(choice: ToldChoice, call: ChatRequest): object {
  const { index, content, calls, end } = choice;
  const message =
    calls.length === 0
      ? { role: "assistant", content, refusal: null }
      : { role: "assistant", content: content || null, refusal: null, tool_calls: calls.map(openAiCall) };
  return {
    index,
    message,
    logprobs: logprobsOf(choice, call),
    finish_reason: openAiFinishReason(end, calls.length > 0),
  };
}

/** Of the content's tokens; null where nobody asked. */
function logprobsOf({ content, end }: ToldChoice, { logprobs: most }: ChatRequest): object | null {
  if (most === undefined) return null;
  return { content: openAiOdds(content, end.odds ?? [], most), refusal: null };
}

const openAiCall = ({ id, ...called }: ToldCall) => ({ id, type: "function", function: called });

/** A chat completion in chunks. The last one before [DONE] carries the field `lloom`. */
export function chatChunks({ id, created, call, deployment }: AnswerTold<ChatRequest>): StreamTeller {
  const base = { id, object: "chat.completion.chunk", created, model: call.model };
  const usage = call.includeUsage ? { usage: null } : {};
  const begun = new Set<number>();
  const choose = (index: number, delta: object, last?: { finish_reason: string; logprobs: object | null }) => ({
    ...base,
    choices: [{ index, delta, ...(last ?? { logprobs: null, finish_reason: null }) }],
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
    ended: (choice, rest) => {
      const { index, calls, end } = choice;
      base.model = toldModel(call, end);
      // An executor shows log probabilities once it has signed the answer: they come at its end.
      const last = choose(
        index,
        {},
        { finish_reason: openAiFinishReason(end, calls.length > 0), logprobs: logprobsOf(choice, call) },
      );
      return [
        ...content(index, rest),
        ...calls.map((one, place) => ({
          data: choose(index, { tool_calls: [{ index: place, ...openAiCall(one) }] }),
        })),
        { data: haveOwnChunk(call) ? last : { ...last, lloom: callFacts([end], deployment) } },
      ];
    },
    finished: (choices) =>
      closingChunks(
        base,
        { call, deployment },
        choices.map(({ end }) => end),
      ),
    failed: ({ body }) => [{ event: "error", data: body }],
  };
}
