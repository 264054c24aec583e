import type { Hex } from "@lloom/protocol/commitment-types";
import type { ChatMessage, Sampling } from "@lloom/protocol/messages";
import type { Profile } from "@lloom/protocol/profile";
import type { TraceToken } from "@lloom/protocol/trace";
import type { WrittenTrace } from "./trace-writer.ts";

/** A model that a backend can answer with. */
export interface BackendModel {
  readonly model: string;
  /** Tokens, prompt and answer together. */
  readonly maxContext: number;
  /** Hash of the weights' file; zero if the backend cannot tell. */
  readonly weightsHash: Hex;
  /** What changes answers besides the weights, and what they come with; absent: nothing is known or promised. */
  readonly profile?: Profile;
}

/**
 * What the executor asks of a backend. Where `sampling` asks for vectors, the messages are texts, and the text that comes is a line for
 * each of them (`vectors.ts`), never cut inside of one.
 */
export interface Completion {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly sampling: Sampling;
  readonly maxOutboundTokens: number;
  /** Unix seconds: templates are told that day; absent: now. */
  readonly asOfSeconds?: number;
  /** The signed request that is answered; absent: none. */
  readonly requestHash?: Hex;
}

/**
 * What a backend tells while it works. `end` is always last and says what is charged for; `cancelled` when the signal
 * stopped it, with the counts until then. Where the tokenizer is known, the counts are those of `token-counts.ts`.
 */
export type CompletionEvent =
  | {
      readonly type: "text";
      readonly text: string;
      /** Nothing follows but the end, which may take the backend a moment; left out where that is not known. */
      readonly isLast?: boolean;
    }
  | {
      readonly type: "end";
      readonly finishReason: "stop" | "length" | "cancelled";
      readonly inboundTokens: number;
      readonly outboundTokens: number;
      /** Every token that was written, in order; absent where the backend gives no log probabilities. */
      readonly trace?: readonly TraceToken[];
      /** The same as it is signed, of a backend that wrote it while the tokens came. */
      readonly written?: WrittenTrace;
    };

/**
 * Where answers come from. Throws LloomError: MODEL_NOT_FOUND, CONTEXT_EXCEEDED, UNSUPPORTED, BACKEND_FAILED,
 * BACKEND_TIMEOUT.
 */
export interface Backend extends AsyncDisposable {
  /** For logs and pages. */
  readonly name: string;
  listModels(signal: AbortSignal): Promise<readonly BackendModel[]>;
  /** Prompt tokens of a conversation, with the model's template; `undefined` if only answering tells. */
  countInbound(completion: Completion, signal: AbortSignal): Promise<number | undefined>;
  complete(completion: Completion, signal: AbortSignal): AsyncIterable<CompletionEvent>;
  /** The vocabulary with this SHA-256 as a file, if a model's profile names it. */
  vocabulary?(hash: Hex): Uint8Array | undefined;
  /** Returns when the backend can answer, throws when it cannot. */
  checkHealth(signal: AbortSignal): Promise<void>;
}
