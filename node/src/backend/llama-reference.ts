import type { Hex } from "@lloom/protocol/commitment-types";
import type { ChatMessage } from "@lloom/protocol/messages";
import type { Profile } from "@lloom/protocol/profile";
import type { ScoredPlace } from "@lloom/protocol/verification/scored-place";
import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { asLloomError, LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { Mutex } from "../primitives/mutex.ts";
import { createModelCounter, type ModelCounter } from "./counting/model-counter.ts";
import { type LlamaOptions, type LlamaRuntime, loadLlama } from "./llama-runtime.ts";
import { createTokenText } from "./token-text.ts";

/** A conversation, and the day that its template is told. */
export interface ScoredPrompt {
  readonly messages: readonly ChatMessage[];
  readonly asOfSeconds: number;
}

/**
 * A model that scores what others wrote, and writes nothing itself. It has a context of its own, so that nothing that is served
 * beside it moves its figures. Throws BACKEND_FAILED when it cannot compute.
 */
export interface Reference extends AsyncDisposable {
  readonly weightsHash: Hex;
  readonly profile: Profile;
  /**
   * How likely the model finds each token of an answer, in one pass over prompt and answer; `undefined` for what its context does
   * not hold. Throws REQUEST_INVALID for tokens that it does not have.
   */
  score(prompt: ScoredPrompt, answer: readonly number[]): Promise<ScoredPlace[] | undefined>;
  /** The scores of the token that the answer begins with. */
  scoreFirst(prompt: ScoredPrompt): Promise<ScoredPlace>;
  /**
   * The text of tokens that follow the prompt, as whoever writes them delivers it while they come: bytes that are no character are told
   * otherwise at once than one after the other. The token that ends an answer has none. `undefined` if the model lacks one of them, or
   * goes on after that.
   */
  textOf(prompt: ScoredPrompt, tokens: readonly number[]): string | undefined;
}

/** Loads the weights as the reference of their hash. Throws CONFIG_INVALID, BACKEND_FAILED. */
export async function openReference(
  options: Omit<LlamaOptions, "kind" | "modelName" | "sequences" | "sharedBatches">,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Reference> {
  await using stack = new AsyncDisposableStack();
  const whole = { ...options, kind: "llama", modelName: "reference", sequences: 1 } as const;
  const runtime = await loadLlama(whole, { log, stack, signal });
  const counter = createModelCounter(runtime.model);
  return new LlamaReference({ runtime, counter, sequence: runtime.context.getSequence(), resources: stack.move() });
}

interface Parts {
  readonly runtime: LlamaRuntime;
  readonly counter: ModelCounter;
  readonly sequence: LlamaContextSequence;
  readonly resources: AsyncDisposableStack;
}

class LlamaReference implements Reference {
  readonly weightsHash: Hex;
  readonly profile: Profile;
  readonly #parts: Parts;
  readonly #turn = new Mutex();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.weightsHash = parts.runtime.weightsHash;
    this.profile = parts.runtime.profile;
  }

  score({ messages, asOfSeconds }: ScoredPrompt, answer: readonly number[]): Promise<ScoredPlace[] | undefined> {
    if (!this.#hasAll(answer))
      throw new LloomError("REQUEST_INVALID", "The answer has tokens that the model does not have.");
    return this.#turn.run(() => this.#score(this.#parts.counter.encode(messages, asOfSeconds), answer as Token[]));
  }

  async scoreFirst(prompt: ScoredPrompt): Promise<ScoredPlace> {
    // The token that is scored is not read: any will do.
    const [place = new Map()] = (await this.score(prompt, [0])) ?? [];
    return place;
  }

  textOf({ messages, asOfSeconds }: ScoredPrompt, tokens: readonly number[]): string | undefined {
    if (!this.#hasAll(tokens)) return undefined;
    const { runtime, counter } = this.#parts;
    const { model } = runtime;
    const end = (tokens as readonly Token[]).findIndex((token) => model.isEogToken(token));
    if (end >= 0 && end < tokens.length - 1) return undefined;
    const written = (tokens as readonly Token[]).slice(0, end < 0 ? undefined : end);
    const text = createTokenText<Token>(
      (pending, before) => model.detokenize(pending, false, before),
      counter.encode(messages, asOfSeconds),
    );
    return written.map((token) => text.push(token)).join("");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#turn.run(() => this.#parts.resources.disposeAsync());
  }

  /** llama.cpp ends the process at a token that it does not have. */
  #hasAll(tokens: readonly number[]): boolean {
    const vocabularySize = this.#parts.runtime.model.fileInfo.metadata.tokenizer?.ggml?.tokens?.length ?? 0;
    return tokens.every((token) => token < vocabularySize);
  }

  async #score(prompt: readonly Token[], answer: readonly Token[]): Promise<ScoredPlace[] | undefined> {
    const { sequence } = this.#parts;
    const [first] = prompt;
    if (first === undefined || prompt.length + answer.length > sequence.contextSize) return undefined;
    // What would follow the last token was not written.
    const read = [...prompt, ...answer].slice(0, -1);
    const asked = read.map((token, place): Token | [Token, { generateNext: { probabilities: true } }] =>
      place < prompt.length - 1 ? token : [token, { generateNext: { probabilities: true } }],
    );
    try {
      await sequence.clearHistory();
      const scored = await sequence.controlledEvaluate(asked);
      return answer.map((_, place) => {
        const shares = scored[prompt.length - 1 + place]?.next.probabilities ?? new Map<Token, number>();
        return new Map([...shares].map(([token, share]) => [token, 1000 * Math.log(share)]));
      });
    } catch (thrown) {
      throw asLloomError(thrown, "BACKEND_FAILED");
    }
  }
}
