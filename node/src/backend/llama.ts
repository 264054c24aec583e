import type { Hex } from "@lloom/protocol/commitment-types";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import type { LlamaContextSequence, LlamaGrammar, Token } from "node-llama-cpp";
import { asLloomError, LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { wallClock } from "../primitives/clock.ts";
import type { Backend, BackendModel, Completion, CompletionEvent } from "./backend.ts";
import { createModelCounter, type ModelCounter } from "./counting/model-counter.ts";
import { LlamaEmbedder } from "./embedding/llama-embedder.ts";
import { isMadeToEmbed, openEmbeddingBackend } from "./embedding/llama-embedding-backend.ts";
import { answerGrammar } from "./grammar/answer-grammar.ts";
import { computeAnswer } from "./llama-answer.ts";
import { type LlamaOptions, type LlamaRuntime, loadModel, openContext } from "./llama-runtime.ts";
import { createSlots, type Slots } from "./slots.ts";

/**
 * llama.cpp inside this process, with one GGUF file.
 *
 * Counts are those of `token-counts.ts`: the conversation in the model's own chat template, and the delivered text, whatever
 * tokens it was written in. An answer that is cancelled before its first token counts the prompt tokens that were read.
 *
 * A prompt that fills the context is refused; an answer that reaches the context's end finishes with "length".
 * A file that was made to embed answers nothing, and makes vectors (`embedding/`).
 * Every answer starts from an empty sequence: reusing the memory of earlier turns could change its last bits.
 */
export async function openLlama(options: LlamaOptions, log: Log, signal: AbortSignal): Promise<Backend> {
  await using stack = new AsyncDisposableStack();
  const opening = { log, stack, signal };
  const loaded = await loadModel(options, opening);
  if (isMadeToEmbed(loaded.model)) return openEmbeddingBackend({ ...loaded, resources: stack.move() }, options, log);
  const runtime = await openContext(loaded, options, opening);
  const offered = describe(options, runtime);
  const { maxContext, weightsHash, profile } = offered;
  const counter = createModelCounter(runtime.model);
  const { threads, embeds = false } = options;
  const backend = new LlamaBackend({
    offered,
    runtime,
    counter,
    promptCharacters: maxContext * counter.longestToken,
    embedder: embeds
      ? stack.use(new LlamaEmbedder({ model: runtime.model, counter, contextSize: maxContext, threads }))
      : undefined,
    sequences: Array.from({ length: options.sequences }, () => runtime.context.getSequence()),
    resources: stack.move(),
  });
  log.info(
    {
      model: options.modelName,
      weightsHash,
      profile,
      maxContext,
      threads: options.threads,
      sequences: options.sequences,
    },
    "model loaded",
  );
  return backend;
}

interface Parts {
  readonly offered: BackendModel;
  readonly runtime: LlamaRuntime;
  readonly counter: ModelCounter;
  /** No prompt with more characters can fit into the context. */
  readonly promptCharacters: number;
  /** Makes vectors, where they are sold. */
  readonly embedder: LlamaEmbedder | undefined;
  readonly sequences: readonly LlamaContextSequence[];
  readonly resources: AsyncDisposableStack;
}

/** Holds the loaded model and its pool of sequences. */
class LlamaBackend implements Backend {
  readonly name = "llama.cpp";
  readonly #parts: Parts;
  readonly #slots: Slots<LlamaContextSequence>;
  readonly #closing = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#slots = createSlots(parts.sequences);
  }

  async listModels(): Promise<readonly BackendModel[]> {
    this.#refuseClosed();
    return [this.#parts.offered];
  }

  async countInbound(completion: Completion): Promise<number> {
    return this.#embedderFor(completion)?.count(completion.messages) ?? this.#encode(completion).length;
  }

  vocabulary(hash: Hex): Uint8Array | undefined {
    const { vocabulary, profile } = this.#parts.runtime;
    return hash === profile.vocabulary ? vocabulary : undefined;
  }

  async *complete(completion: Completion, signal: AbortSignal): AsyncGenerator<CompletionEvent, void, void> {
    const { runtime, counter, offered } = this.#parts;
    const embedder = this.#embedderFor(completion);
    if (embedder !== undefined) {
      yield* embedder.embed(completion, AbortSignal.any([signal, this.#closing.signal]));
      return;
    }
    if (completion.maxOutboundTokens < 1)
      throw new LloomError("REQUEST_INVALID", "An answer needs at least one token.");
    const prompt = this.#encode(completion);
    const grammar = await this.#grammarFor(completion);
    const room = offered.maxContext - prompt.length;
    if (room < 1) throw contextExceeded(offered, `${prompt.length}`);
    const sequence = await this.#slots.take(AbortSignal.any([signal, this.#closing.signal]));
    this.#refuseClosed();
    if (sequence === undefined) {
      yield { type: "end", finishReason: "cancelled", inboundTokens: 0, outboundTokens: 0 };
      return;
    }
    try {
      const limit = Math.min(completion.maxOutboundTokens, room);
      const { sampling } = completion;
      yield* computeAnswer({ model: runtime.model, counter, sequence, grammar, prompt, sampling, limit, signal });
    } catch (thrown) {
      this.#refuseClosed(thrown);
      throw asLloomError(thrown, "BACKEND_FAILED");
    } finally {
      this.#slots.give(sequence);
    }
  }

  async checkHealth(signal: AbortSignal): Promise<void> {
    this.#refuseClosed();
    /** All sequences are at work, so it answers. */
    if (this.#slots.idle === 0) return;
    const completion: Completion = {
      model: this.#parts.offered.model,
      messages: [{ role: "user", content: "Hi" }],
      sampling: { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" },
      maxOutboundTokens: 1,
    };
    for await (const event of this.complete(completion, signal)) if (event.type === "end") return;
  }

  /** Ends what is running with BACKEND_FAILED; a drain before this lets answers finish. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#parts.resources.disposeAsync();
  }

  /** Throws UNSUPPORTED for one that llama.cpp does not take. */
  async #grammarFor({ sampling, messages }: Completion): Promise<LlamaGrammar | undefined> {
    const { runtime } = this.#parts;
    const vocabularySize = runtime.model.fileInfo.metadata.tokenizer?.ggml?.tokens?.length ?? 0;
    const foreign = sampling.logitBias?.find(([token]) => token >= vocabularySize);
    if (foreign !== undefined)
      throw new LloomError("REQUEST_INVALID", `logit_bias: the model has no token ${foreign[0]}.`);
    const grammar = answerGrammar(sampling, messages);
    if (grammar === undefined) return undefined;
    try {
      return await runtime.llama.createGrammar({ grammar });
    } catch (cause) {
      throw new LloomError("UNSUPPORTED", "llama.cpp does not take the grammar of this schema.", { cause });
    }
  }

  /** Throws UNSUPPORTED where vectors are asked for that are not made here. */
  #embedderFor({ model, sampling }: Completion): LlamaEmbedder | undefined {
    if (!isEmbedding(sampling)) return undefined;
    this.#refuseClosed();
    const { embedder, offered } = this.#parts;
    if (model !== offered.model) throw modelNotFound(model, offered);
    if (embedder === undefined) throw new LloomError("UNSUPPORTED", `${model} makes no vectors here.`);
    return embedder;
  }

  #encode({ model, messages, asOfSeconds = wallClock() / 1000 }: Completion): Token[] {
    this.#refuseClosed();
    const { offered, counter, promptCharacters } = this.#parts;
    if (model !== offered.model) throw modelNotFound(model, offered);
    const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
    /** Cutting a very long text into tokens would hold up everybody else. */
    if (characters > promptCharacters) throw contextExceeded(offered, `more than ${offered.maxContext}`);
    return counter.encode(messages, asOfSeconds);
  }

  #refuseClosed(cause?: unknown): void {
    if (!this.#closing.signal.aborted) return;
    throw new LloomError("BACKEND_FAILED", "The model was closed.", {
      cause,
      next: "Try again; another executor is chosen.",
    });
  }
}

const describe = (
  { modelName, embeds = false }: LlamaOptions,
  { context, weightsHash, profile }: LlamaRuntime,
): BackendModel => ({
  model: modelName,
  maxContext: context.contextSize,
  weightsHash,
  profile: embeds ? { ...profile, features: [...(profile.features ?? []), "embedding"] } : profile,
});

const modelNotFound = (model: string, { model: has }: BackendModel): LloomError =>
  new LloomError("MODEL_NOT_FOUND", `This backend has no model "${model}".`, { details: { has } });

function contextExceeded({ maxContext }: BackendModel, promptTokens: string): LloomError {
  const message = `The prompt has ${promptTokens} tokens; the context holds ${maxContext}, prompt and answer together.`;
  return new LloomError("CONTEXT_EXCEEDED", message, { details: { promptTokens, maxContext } });
}
