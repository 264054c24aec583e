import type { Hex } from "@lloom/protocol/commitment-types";
import { embeddingSampling, isEmbedding } from "@lloom/protocol/form/embedding";
import type { LlamaModel } from "node-llama-cpp";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Backend, BackendModel, Completion, CompletionEvent } from "../backend.ts";
import { createModelCounter } from "../counting/model-counter.ts";
import { embeddingProfile } from "../llama-profile.ts";
import { contextTokens, type LlamaOptions, type LoadedModel } from "../llama-runtime.ts";
import { LlamaEmbedder } from "./llama-embedder.ts";

/** Ways to make one vector of a text's tokens, as GGUF numbers them: their mean, the first one's, the last one's. */
const POOLINGS: ReadonlySet<unknown> = new Set([1, 2, 3]);

/** Whether the model's file says that it was made to embed, and how. */
export const isMadeToEmbed = ({ fileInfo: { architectureMetadata } }: LlamaModel): boolean =>
  POOLINGS.has(architectureMetadata.pooling_type);

/** A model that makes vectors and answers nothing. Owns `resources`. */
export function openEmbeddingBackend(
  { resources, ...loaded }: LoadedModel & { readonly resources: AsyncDisposableStack },
  options: LlamaOptions,
  log: Log,
): Backend {
  const { llama, model, weightsHash, vocabulary } = loaded;
  const { modelName, threads, gpu = false } = options;
  const maxContext = contextTokens(model, options);
  const profile = embeddingProfile({ llama, model, gpu, vocabulary, maxContext });
  const offered: BackendModel = { model: modelName, maxContext, weightsHash, profile };
  const counter = createModelCounter(model);
  const embedder = resources.use(new LlamaEmbedder({ model, counter, contextSize: maxContext, threads }));
  const closing = new AbortController();
  log.info({ model: modelName, weightsHash, profile, maxContext, threads }, "model loaded");
  const check = ({ model: asked, sampling }: Completion): void => {
    if (closing.signal.aborted)
      throw new LloomError("BACKEND_FAILED", "The model was closed.", {
        next: "Try again; another executor is chosen.",
      });
    if (asked !== modelName) throw new LloomError("MODEL_NOT_FOUND", `This backend has no model "${asked}".`);
    if (!isEmbedding(sampling))
      throw new LloomError("UNSUPPORTED", `${modelName} makes vectors of texts, and answers no conversation.`);
  };
  async function* complete(completion: Completion, signal: AbortSignal): AsyncGenerator<CompletionEvent, void, void> {
    check(completion);
    yield* embedder.embed(completion, AbortSignal.any([signal, closing.signal]));
  }
  return {
    name: "llama.cpp",
    listModels: async () => [offered],
    countInbound: async (completion) => {
      check(completion);
      return embedder.count(completion.messages);
    },
    complete,
    vocabulary: (hash: Hex) => (hash === profile.vocabulary ? vocabulary : undefined),
    checkHealth: async (signal) => {
      const asked = { model: modelName, messages: [{ role: "user", content: "Hi" }] as const, maxOutboundTokens: 1 };
      for await (const event of complete({ ...asked, sampling: embeddingSampling() }, signal))
        if (event.type === "end") return;
    },
    [Symbol.asyncDispose]: async () => {
      closing.abort();
      await resources.disposeAsync();
    },
  };
}
