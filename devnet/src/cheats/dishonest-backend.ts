import type { Backend, BackendModel, CompletionEvent } from "../../../node/src/backend/backend.ts";
import type { Cheat, ProvenCheat } from "./kinds.ts";

/** What is wrong with what a model answers: everything but what is done with signatures. */
export type ModelCheat = Exclude<Cheat, ProvenCheat>;

/**
 * A backend that looks like an honest one: it offers `offered`, whose weights and profile its executor signs, and does
 * something else.
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
  tokens: (inner) => (completion, signal) =>
    changeEnd(inner.complete(completion, signal), (end) => ({ ...end, outboundTokens: 2 * end.outboundTokens })),
};

type End = Extract<CompletionEvent, { type: "end" }>;

async function* changeEnd(
  events: AsyncIterable<CompletionEvent>,
  change: (end: End) => End,
): AsyncGenerator<CompletionEvent> {
  for await (const event of events) yield event.type === "end" ? change(event) : event;
}
