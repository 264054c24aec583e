import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { Backend, BackendModel, Completion, CompletionEvent } from "../../../node/src/backend/backend.ts";
import { LloomError } from "../../../node/src/errors.ts";
import { aborted } from "../../../node/src/primitives/aborted.ts";

/** What a scripted backend does with one completion. */
export type Script = (completion: Completion, signal: AbortSignal) => AsyncIterable<CompletionEvent>;

export interface ScriptedBackend extends Backend {
  /** Replaces what it does with the next completions. */
  script: Script;
  /** Completions that it has been asked for. */
  readonly asked: Completion[];
}

export const MODEL = "scripted";
const MAX_CONTEXT = 4096;

/** Counts words, for prompt and answer alike. */
export const countWords = ({ messages }: Completion): number =>
  messages.reduce((sum, { content }) => sum + content.split(/\s+/).length, 0);

/** A backend that stages what no real one does on demand. */
export function scriptedBackend(script: Script = says("The ", "loom ", "weaves."), model = MODEL): ScriptedBackend {
  const models: BackendModel[] = [{ model, maxContext: MAX_CONTEXT, weightsHash: ZERO_HASH }];
  const asked: Completion[] = [];
  const backend: ScriptedBackend = {
    name: "scripted",
    script,
    asked,
    listModels: async () => models,
    countInbound: async (completion) => countWords(completion),
    complete: (completion, signal) => {
      asked.push(completion);
      return backend.script(completion, signal);
    },
    checkHealth: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
  return backend;
}

/** One token for each of these, then the end. */
export const says = (...pieces: readonly string[]): Script =>
  async function* (completion) {
    for (const text of pieces) yield { type: "text", text };
    yield end(completion, "stop", pieces.length);
  };

/** Answers as long as it may. */
export const saysToTheLimit = (): Script =>
  async function* (completion) {
    for (let index = 0; index < completion.maxOutboundTokens; index++) yield { type: "text", text: "word " };
    yield end(completion, "length", completion.maxOutboundTokens);
  };

/** Says this, then nothing more until it is stopped. */
export const saysThenHangs = (...pieces: readonly string[]): Script =>
  async function* (completion, signal) {
    for (const text of pieces) yield { type: "text", text };
    await aborted(signal);
    yield end(completion, "cancelled", pieces.length);
  };

/** Says this, then breaks. */
export const saysThenFails = (...pieces: readonly string[]): Script =>
  async function* () {
    for (const text of pieces) yield { type: "text", text };
    throw new LloomError("BACKEND_FAILED", "The graphics card caught fire.");
  };

/** Waits for the gate before it answers as another script does. */
export const oncePassed = (gate: Promise<unknown>, script: Script): Script =>
  async function* (completion, signal) {
    await Promise.race([gate, aborted(signal)]);
    if (signal.aborted) yield end(completion, "cancelled", 0);
    else yield* script(completion, signal);
  };

const end = (
  completion: Completion,
  finishReason: "stop" | "length" | "cancelled",
  outboundTokens: number,
): Extract<CompletionEvent, { type: "end" }> => ({
  type: "end",
  finishReason,
  inboundTokens: countWords(completion),
  outboundTokens,
});
