import type { Backend, BackendModel, Completion, CompletionEvent } from "../../../node/src/backend/backend.ts";
import type { Cheat, ProvenCheat } from "./kinds.ts";

/** What is wrong with what a model answers: everything but what is done with signatures. */
export type ModelCheat = Exclude<Cheat, ProvenCheat>;

/**
 * A backend that looks like an honest one: it offers `offered`, whose weights and profile its executor signs, and does
 * something else. For `model`, `inner` has other weights than it offers.
 */
export function dishonest(cheat: ModelCheat, inner: Backend, offered: readonly BackendModel[]): Backend {
  return {
    name: inner.name,
    listModels: async () => offered,
    countInbound: (completion, signal) => inner.countInbound(completion, signal),
    complete: ANSWERS[cheat](inner),
    vocabulary: (hash) => inner.vocabulary?.(hash),
    checkHealth: (signal) => inner.checkHealth(signal),
    [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
  };
}

type Complete = Backend["complete"];

const ANSWERS: Readonly<Record<ModelCheat, (inner: Backend) => Complete>> = {
  model: (inner) => (completion, signal) => inner.complete(completion, signal),
  tokens: (inner) => (completion, signal) =>
    changeEnd(inner.complete(completion, signal), (end) => ({ ...end, outboundTokens: 2 * end.outboundTokens })),
  prompt: withoutPrompt,
  replay: replaying,
};

type End = Extract<CompletionEvent, { type: "end" }>;

async function* changeEnd(
  events: AsyncIterable<CompletionEvent>,
  change: (end: End) => End,
): AsyncGenerator<CompletionEvent> {
  for await (const event of events) yield event.type === "end" ? change(event) : event;
}

/** Of the conversation only the first letters are read, which is cheaper; the whole is charged. */
const KEPT_LETTERS = 4;

function withoutPrompt(inner: Backend): Complete {
  return async function* (completion, signal) {
    const messages = completion.messages.map((message) => ({
      ...message,
      content: message.content.slice(0, KEPT_LETTERS),
    }));
    const inboundTokens = await inner.countInbound(completion, signal);
    yield* changeEnd(inner.complete({ ...completion, messages }, signal), (end) => ({
      ...end,
      inboundTokens: inboundTokens ?? end.inboundTokens,
    }));
  };
}

/** The first answer is kept with its log probabilities, and given to everybody who asks with room for it. */
function replaying(inner: Backend): Complete {
  let kept: readonly CompletionEvent[] | undefined;
  return async function* (completion: Completion, signal) {
    const end = kept?.at(-1);
    if (kept !== undefined && end?.type === "end" && end.outboundTokens <= completion.maxOutboundTokens) {
      const inboundTokens = (await inner.countInbound(completion, signal)) ?? end.inboundTokens;
      yield* changeEnd(each(kept), (last) => ({ ...last, inboundTokens }));
      return;
    }
    const events: CompletionEvent[] = [];
    for await (const event of inner.complete(completion, signal)) {
      events.push(event);
      // Nobody asks for more after the end.
      if (event.type === "end") kept = events;
      yield event;
    }
  };
}

async function* each<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list;
}
