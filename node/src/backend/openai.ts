import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { formProblem } from "@lloom/protocol/form/answer-form";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { CHAT_FEATURES, type Feature } from "@lloom/protocol/form/features";
import type { TraceToken } from "@lloom/protocol/trace";
import { LloomError } from "../errors.ts";
import { KeptConnections } from "../primitives/kept-connections.ts";
import { traceparentOf } from "../primitives/trace-ids.ts";
import type { Backend, BackendModel, Completion, CompletionEvent } from "./backend.ts";
import { embedByServer } from "./embedding/openai-embedding.ts";
import { type Arrived, readAnswer } from "./openai-answer.ts";
import { chatBody } from "./openai-body.ts";
import {
  callServer,
  type OpenAiServer,
  parseJson,
  parseServer,
  readBody,
  type ServerAnswer,
  type ServerCall,
} from "./openai-call.ts";
import { LogprobTrials, traceOf } from "./openai-logprobs.ts";
import { contextOf, isChatModel, isEmbeddingModel, modelListSchema, type ServedModel } from "./openai-shapes.ts";
import { createWatchdog } from "./watchdog.ts";

/** How a server of OpenAI's API is used. */
export interface OpenAiOptions {
  readonly kind: "openai";
  /** With its version: `http://127.0.0.1:11434/v1`. */
  readonly url: string;
  /** Sent as a bearer token, never logged. */
  readonly apiKey?: string | undefined;
  /** Which models to offer; all that the server lists if empty or absent, but those that neither answer conversations nor embed. */
  readonly models?: readonly string[];
  /** Tokens of context where the server does not tell; default 4096, which every usual model has. */
  readonly contextSize?: number;
  /** Longest wait for an answer's first event, time in the server's queue included. */
  readonly firstTokenTimeoutMs?: number;
  /** Longest wait between two events of an answer. */
  readonly tokenGapTimeoutMs?: number;
  /** Tells the server of each answer's trace, so that its own spans meet there; not unless it is recorded here. */
  readonly tellsTraces?: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
const MODELS_TIMEOUT_MS = 10_000;
const MODELS_BYTES = 4 * 1024 * 1024;
const WAITS = { firstTokenTimeoutMs: 120_000, tokenGapTimeoutMs: 60_000 };
const DEFAULTS = { models: [], contextSize: 4096, ...WAITS, tellsTraces: false };

/**
 * Any server of OpenAI's API: Ollama, LM Studio, vLLM, llama-server, or a hosted one.
 *
 * Counts are the server's own `usage`; an answer without it fails, since nothing may be charged by estimate. They are cut
 * to the request's limit if the server counts more. A cancelled answer ends before the server tells its usage; then each
 * piece of text that came counts as one outbound token and the prompt as none. Servers send at least one token in each
 * piece, so this never charges more than was computed.
 */
export function openOpenAi(options: OpenAiOptions): Backend {
  const server: OpenAiServer = {
    ...parseServer(options),
    connections: new KeptConnections({ connectTimeoutMs: CONNECT_TIMEOUT_MS }),
  };
  const settings: OpenAiSettings = { ...DEFAULTS, ...options };
  const trials = new LogprobTrials();
  const used: Used = { server, settings, trials };
  return {
    name: `OpenAI API at ${new URL(server.url).host}`,
    listModels: async (signal) => {
      await trials.tryNext((model) => givesLogprobs(used, model, signal));
      return offeredModels(used, signal);
    },
    countInbound: async () => undefined,
    complete: (completion, signal) => complete(used, completion, signal),
    checkHealth: async (signal) => {
      if ((await offeredModels(used, signal)).length > 0) return;
      throw new LloomError("BACKEND_FAILED", "The backend lists no model that answers conversations or embeds.", {
        next: "Load one into it, or name it: --models NAME.",
      });
    },
    [Symbol.asyncDispose]: async () => server.connections[Symbol.dispose](),
  };
}

type OpenAiSettings = Required<Omit<OpenAiOptions, "kind" | "url" | "apiKey">>;

interface Used {
  readonly server: OpenAiServer;
  readonly settings: OpenAiSettings;
  readonly trials: LogprobTrials;
}

/** An answer, with the trace that the model's offer promises, or none. */
async function* complete(
  used: Used,
  completion: Completion,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, void, void> {
  const { model } = completion;
  const { trials } = used;
  const isAnswer = !isEmbedding(completion.sampling);
  const withLogprobs = isAnswer && trials.gives(model);
  let text = "";
  for await (const event of answer(used, { completion, signal, withLogprobs })) {
    if (event.type === "end" && withLogprobs && event.trace === undefined) {
      trials.noteNone(model);
      throw new LloomError("BACKEND_FAILED", "The backend gives no log probabilities any more; nothing is charged.");
    }
    if (isAnswer && event.type === "end" && event.finishReason !== "cancelled") trials.noteAnswer(model);
    if (event.type === "text") text += event.text;
    else checkForm(completion, text, event.finishReason === "stop");
    yield event;
  }
}

/** Servers take a schema, or a choice of functions, and do not always hold to it: such an answer is none. */
function checkForm({ sampling, messages }: Completion, text: string, isWhole: boolean): void {
  const problem = formProblem({ text, isWhole, sampling, messages });
  if (problem !== undefined)
    throw new LloomError("BACKEND_FAILED", `The backend does not do what it was asked: ${problem} It costs nothing.`);
}

interface Asking {
  readonly completion: Completion;
  readonly signal: AbortSignal;
  readonly withLogprobs: boolean;
}

async function* answer(
  { server, settings }: Used,
  { completion, signal, withLogprobs }: Asking,
): AsyncGenerator<CompletionEvent, void, void> {
  if (settings.models.length > 0 && !settings.models.includes(completion.model)) throw modelNotFound(completion.model);
  if (isEmbedding(completion.sampling)) {
    yield* embedByServer(server, { completion, signal, timeoutMs: settings.firstTokenTimeoutMs });
    return;
  }
  using watchdog = createWatchdog(signal);
  const count: Arrived = { outboundTokens: 0, written: [] };
  const traced = (): { readonly trace?: TraceToken[] } =>
    withLogprobs && count.written.length > 0 ? { trace: traceOf(count.written) } : {};
  try {
    watchdog.start(settings.firstTokenTimeoutMs, "the first token");
    const { requestHash } = completion;
    const traceparent = settings.tellsTraces && requestHash !== undefined ? traceparentOf(requestHash) : undefined;
    const call = { traceparent, signal: watchdog.signal };
    const response = await callWithinContext(server, chatBody(completion, withLogprobs), call);
    const stream = {
      ...{ response, watchdog, count, limits: settings, maxOutboundTokens: completion.maxOutboundTokens },
      takesCalls: completion.sampling.toolUse !== undefined,
    };
    for await (const event of readAnswer(stream)) yield event.type === "end" ? { ...event, ...traced() } : event;
  } catch (thrown) {
    if (!signal.aborted) throw watchdog.explain(thrown);
    const outboundTokens = Math.min(count.outboundTokens, completion.maxOutboundTokens);
    yield { type: "end", finishReason: "cancelled", inboundTokens: 0, outboundTokens, ...traced() };
  }
}

/**
 * Some servers refuse a limit that the prompt leaves no room for, where others end the answer at the context. Asked again
 * without one, they do so too; a prompt that is too long by itself is refused once more.
 */
async function callWithinContext(
  server: OpenAiServer,
  { max_tokens, ...unlimited }: ReturnType<typeof chatBody>,
  how: Pick<ServerCall, "traceparent" | "signal">,
): Promise<ServerAnswer> {
  const call = (body: object): Promise<ServerAnswer> => callServer(server, { path: "/chat/completions", body, ...how });
  try {
    return await call({ ...unlimited, max_tokens });
  } catch (thrown) {
    if (!(thrown instanceof LloomError) || thrown.code !== "CONTEXT_EXCEEDED") throw thrown;
    return call(unlimited);
  }
}

/** Time for one token with its log probabilities: a list of models must not wait for a busy server. */
const TRIAL_MS = 5_000;

/** Whether log probabilities come with an answer when they are asked for. */
async function givesLogprobs(used: Used, model: string, signal: AbortSignal): Promise<boolean> {
  const completion: Completion = {
    model,
    messages: [{ role: "user", content: "Hi" }],
    sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
    maxOutboundTokens: 1,
  };
  const until = AbortSignal.any([signal, AbortSignal.timeout(TRIAL_MS)]);
  for await (const event of answer(used, { completion, signal: until, withLogprobs: true })) {
    if (event.type !== "end") continue;
    if (event.finishReason === "cancelled") throw new LloomError("BACKEND_TIMEOUT", "The backend is busy.");
    return event.trace?.every(({ likeliest }) => likeliest.length > 0) === true;
  }
  return false;
}

async function offeredModels({ server, settings, trials }: Used, signal: AbortSignal): Promise<BackendModel[]> {
  const served = await servedModels(server, settings, signal);
  const describe = (model: string, found: ServedModel | undefined): BackendModel => {
    const maxContext = (found && contextOf(found)) ?? settings.contextSize;
    if (isEmbeddingModel(found ?? { id: model }))
      return { model, maxContext, weightsHash: ZERO_HASH, profile: embedderProfile(found, maxContext) };
    const evidence = trials.gives(model) ? "trace" : "text";
    const features = featuresOf(found);
    return {
      model,
      maxContext,
      weightsHash: ZERO_HASH,
      profile: { backend: "openai", maxContext, evidence, features },
    };
  };
  if (settings.models.length === 0) {
    const sold = (served ?? []).filter((found) => isChatModel(found) || isEmbeddingModel(found));
    return sold.map((found) => describe(found.id, found));
  }
  return settings.models.map((model) => {
    /** Ollama lists "llama3.2:latest" and answers to "llama3.2". */
    const found = served?.find(({ id }) => id === model || id === `${model}:latest`);
    if (served !== undefined && found === undefined) throw notServed(model, served);
    return describe(model, found);
  });
}

/** Servers that give vectors of fewer numbers where they are asked to, or refuse it; others might drop the wish. */
const SHORTENERS: ReadonlySet<string | undefined> = new Set(["vllm", "library", "openai", "system"]);

const embedderProfile = (found: ServedModel | undefined, maxContext: number): NonNullable<BackendModel["profile"]> => ({
  ...{ backend: "openai", maxContext, evidence: "text", conversations: false },
  features: SHORTENERS.has(found?.owned_by) ? ["embedding", "embedding_dimensions"] : ["embedding"],
});

/** What all servers do, and more of those that are known to: by the name that they give themselves in their lists. */
function featuresOf(found: ServedModel | undefined): Feature[] {
  const isOllama = found?.owned_by === "library";
  const hasSamplers = found?.owned_by === "vllm" || found?.owned_by === "llamacpp";
  return CHAT_FEATURES.filter((feature) => {
    if (feature === "logit_bias") return !isOllama;
    return hasSamplers || (feature !== "min_p" && feature !== "repeat_penalty");
  });
}

/** Undefined if the server has no list but the configuration names models. */
async function servedModels(
  server: OpenAiServer,
  settings: OpenAiSettings,
  signal: AbortSignal,
): Promise<ServedModel[] | undefined> {
  using watchdog = createWatchdog(signal);
  watchdog.start(MODELS_TIMEOUT_MS, "the list of models");
  try {
    const response = await callServer(server, { path: "/models", signal: watchdog.signal });
    const parsed = modelListSchema.safeParse(parseJson(await readBody(response, MODELS_BYTES)));
    if (parsed.success) return parsed.data.data;
    throw new LloomError("BACKEND_FAILED", "The backend's list of models is not in OpenAI's shape.", {
      next: "Check the URL; it usually ends with /v1.",
    });
  } catch (thrown) {
    const hasNoList = thrown instanceof LloomError && thrown.code === "MODEL_NOT_FOUND";
    if (hasNoList && settings.models.length > 0) return undefined;
    throw watchdog.explain(thrown);
  }
}

const modelNotFound = (model: string): LloomError =>
  new LloomError("MODEL_NOT_FOUND", `This backend has no model "${model}".`);

function notServed(model: string, served: readonly ServedModel[]): LloomError {
  const some = served.slice(0, 10).map(({ id }) => id);
  return new LloomError("CONFIG_INVALID", `The backend has no model "${model}".`, {
    next: some.length > 0 ? `It has ${some.join(", ")}.` : "Load the model into it.",
  });
}
