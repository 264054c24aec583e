import { embeddingOutbound } from "@lloom/protocol/form/embedding";
import { vectorLine } from "@lloom/protocol/form/vectors";
import type { ChatMessage } from "@lloom/protocol/messages";
import type { LlamaEmbeddingContext, LlamaModel } from "node-llama-cpp";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Completion, CompletionEvent } from "../backend.ts";
import type { ModelCounter } from "../counting/model-counter.ts";

/** Marks of begin and end that a model puts around a text, tokens. */
const MARKS = 2;

export interface LlamaEmbedderParts {
  readonly model: LlamaModel;
  readonly counter: ModelCounter;
  /** Tokens of one text, with its marks. */
  readonly contextSize: number;
  readonly threads: number;
}

/**
 * Vectors of texts by llama.cpp, one text after the other, each in an empty context: pooled as the model's file says, and where it says
 * nothing, the last token's. Its context is opened for the first text: who sells none has no memory in it.
 */
export class LlamaEmbedder implements AsyncDisposable {
  readonly #parts: LlamaEmbedderParts;
  #context: Promise<LlamaEmbeddingContext> | undefined;

  constructor(parts: LlamaEmbedderParts) {
    this.#parts = parts;
  }

  /** Tokens of all texts. Throws CONTEXT_EXCEEDED for one that the context does not hold. */
  count(messages: readonly ChatMessage[]): number {
    const { counter, contextSize } = this.#parts;
    const mostCharacters = contextSize * counter.longestToken;
    return messages.reduce((sum, message, place) => {
      // Cutting a very long text into tokens would hold up everybody else.
      const tokens = message.content.length > mostCharacters ? undefined : counter.embeddedTokens([message], 1);
      if (tokens !== undefined && tokens + MARKS < contextSize) return sum + tokens;
      const has = tokens === undefined ? `more than ${contextSize}` : tokens;
      throw new LloomError("CONTEXT_EXCEEDED", `Text ${place} has ${has} tokens; the context holds ${contextSize}.`, {
        details: { contextSize },
      });
    }, 0);
  }

  /** A line for each text, until the signal; counts those of the texts that have one. */
  async *embed({ messages, sampling }: Completion, signal: AbortSignal): AsyncGenerator<CompletionEvent, void, void> {
    if (sampling.embedding?.dimensions !== undefined)
      throw new LloomError("UNSUPPORTED", "llama.cpp in this process gives vectors of their whole length alone.");
    this.count(messages);
    let text = "";
    let made = 0;
    try {
      for (const { content } of messages) {
        if (signal.aborted) break;
        const line = await this.#lineOf(content);
        made += 1;
        text += line;
        yield { type: "text", text: line };
      }
    } catch (thrown) {
      throw asLloomError(thrown, "BACKEND_FAILED");
    }
    yield {
      type: "end",
      finishReason: made < messages.length ? "cancelled" : "stop",
      inboundTokens: this.#parts.counter.embeddedTokens(messages, made),
      outboundTokens: embeddingOutbound(text),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#context?.catch(() => undefined))?.dispose();
  }

  async #lineOf(content: string): Promise<string> {
    this.#context ??= this.#open();
    const { vector } = await (await this.#context).getEmbeddingFor(this.#parts.model.tokenize(content, false));
    const line = vectorLine(vector);
    if (line === undefined) throw new LloomError("BACKEND_FAILED", "The model gives no vector of this text.");
    return line;
  }

  /** In one batch: some models look at all tokens at once, and are pooled over those of one batch. */
  async #open(): Promise<LlamaEmbeddingContext> {
    const { model, contextSize, threads } = this.#parts;
    try {
      return await model.createEmbeddingContext({ contextSize, batchSize: contextSize, threads });
    } catch (thrown) {
      // There may be memory for it later.
      this.#context = undefined;
      throw thrown;
    }
  }
}
