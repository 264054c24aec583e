import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { LloomError } from "../errors.ts";
import { KeptConnections } from "../primitives/kept-connections.ts";
import type { Backend, BackendModel, Completion, CompletionEvent } from "./backend.ts";
import { readAnswer } from "./openai-answer.ts";
import { callServer, type OpenAiServer, parseJson, parseServer, readBody } from "./openai-call.ts";
import { chatBody, contextOf, isChatModel, modelListSchema, type ServedModel } from "./openai-shapes.ts";
import { createWatchdog } from "./watchdog.ts";

/** How a server of OpenAI's API is used. */
export interface OpenAiOptions {
  readonly kind: "openai";
  /** With its version: `http://127.0.0.1:11434/v1`. */
  readonly url: string;
  /** Sent as a bearer token, never logged. */
  readonly apiKey?: string | undefined;
  /** Which models to offer; all that the server lists if empty or absent, but those that only embed or the like. */
  readonly models?: readonly string[];
  /** Tokens of context where the server does not tell; default 4096, which every usual model has. */
  readonly contextSize?: number;
  /** Longest wait for an answer's first event, time in the server's queue included. */
  readonly firstTokenTimeoutMs?: number;
  /** Longest wait between two events of an answer. */
  readonly tokenGapTimeoutMs?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const MODELS_TIMEOUT_MS = 10_000;
const MODELS_BYTES = 4 * 1024 * 1024;
const DEFAULTS = { models: [], contextSize: 4096, firstTokenTimeoutMs: 120_000, tokenGapTimeoutMs: 60_000 };

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
  const settings: Settings = { ...DEFAULTS, ...options };
  return {
    name: `OpenAI API at ${new URL(server.url).host}`,
    listModels: (signal) => offeredModels(server, settings, signal),
    countInbound: async () => undefined,
    complete: (completion, signal) => complete({ server, settings }, completion, signal),
    checkHealth: async (signal) => {
      if ((await offeredModels(server, settings, signal)).length > 0) return;
      throw new LloomError("BACKEND_FAILED", "The backend lists no model that answers conversations.", {
        next: "Load one into it, or name it: --models NAME.",
      });
    },
    [Symbol.asyncDispose]: async () => server.connections[Symbol.dispose](),
  };
}

type Settings = Required<Omit<OpenAiOptions, "kind" | "url" | "apiKey">>;

async function* complete(
  { server, settings }: { server: OpenAiServer; settings: Settings },
  completion: Completion,
  signal: AbortSignal,
): AsyncGenerator<CompletionEvent, void, void> {
  if (settings.models.length > 0 && !settings.models.includes(completion.model)) throw modelNotFound(completion.model);
  using watchdog = createWatchdog(signal);
  const count = { outboundTokens: 0 };
  try {
    watchdog.start(settings.firstTokenTimeoutMs, "the first token");
    const response = await callWithinContext(server, completion, watchdog.signal);
    yield* readAnswer({ response, watchdog, count, limits: settings, maxOutboundTokens: completion.maxOutboundTokens });
  } catch (thrown) {
    if (!signal.aborted) throw watchdog.explain(thrown);
    const outboundTokens = Math.min(count.outboundTokens, completion.maxOutboundTokens);
    yield { type: "end", finishReason: "cancelled", inboundTokens: 0, outboundTokens };
  }
}

/**
 * Some servers refuse a limit that the prompt leaves no room for, where others end the answer at the context. Asked again
 * without one, they do so too; a prompt that is too long by itself is refused once more.
 */
async function callWithinContext(server: OpenAiServer, completion: Completion, signal: AbortSignal): Promise<Response> {
  const call = (body: object): Promise<Response> => callServer(server, { path: "/chat/completions", body, signal });
  const { max_tokens, ...unlimited } = chatBody(completion);
  try {
    return await call({ ...unlimited, max_tokens });
  } catch (thrown) {
    if (!(thrown instanceof LloomError) || thrown.code !== "CONTEXT_EXCEEDED") throw thrown;
    return call(unlimited);
  }
}

async function offeredModels(server: OpenAiServer, settings: Settings, signal: AbortSignal): Promise<BackendModel[]> {
  const served = await servedModels(server, settings, signal);
  const describe = (model: string, found: ServedModel | undefined): BackendModel => ({
    model,
    maxContext: (found && contextOf(found)) ?? settings.contextSize,
    weightsHash: ZERO_HASH,
    profileHash: ZERO_HASH,
  });
  if (settings.models.length === 0) return (served ?? []).filter(isChatModel).map((found) => describe(found.id, found));
  return settings.models.map((model) => {
    /** Ollama lists "llama3.2:latest" and answers to "llama3.2". */
    const found = served?.find(({ id }) => id === model || id === `${model}:latest`);
    if (served !== undefined && found === undefined) throw notServed(model, served);
    return describe(model, found);
  });
}

/** Undefined if the server has no list but the configuration names models. */
async function servedModels(
  server: OpenAiServer,
  settings: Settings,
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
