import type { Answered, ToldOdds } from "../../client/question.ts";
import { callFacts, openAiFinishReason, usageOf } from "../answer-facts.ts";
import type { AnswerTold, StreamEvent, StreamTeller, ToldChoice } from "../api.ts";
import type { ToldCall } from "../telling/told-calls.ts";
import { nats, oddsOfText, textOfBytes } from "../telling/told-odds.ts";
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
  const tokens = oddsOfText(content, end.odds ?? []);
  return {
    content: tokens.map(({ likeliest, ...token }) => ({
      ...openAiOdds(token),
      top_logprobs: likeliest.slice(0, most).map(openAiOdds),
    })),
    refusal: null,
  };
}

const openAiOdds = ({ bytes, logprob }: ToldOdds) => ({
  token: textOfBytes(bytes),
  logprob: nats(logprob),
  bytes,
});

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
        // Of several answers nobody knows which one ends last: their facts come in a chunk of their own.
        { data: call.includeUsage || call.choices > 1 ? last : { ...last, lloom: callFacts([end], deployment) } },
      ];
    },
    finished: (choices) => {
      const ends = choices.map(({ end }) => end);
      const told = { ...(call.includeUsage && { usage: usageOf(ends) }), lloom: callFacts(ends, deployment) };
      const hasFacts = call.includeUsage || call.choices > 1;
      return [...(hasFacts ? [{ data: { ...base, choices: [], ...told } }] : []), { data: "[DONE]" }];
    },
    failed: ({ body }) => [{ event: "error", data: body }],
  };
}
