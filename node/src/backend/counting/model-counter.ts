import type { ChatMessage } from "@lloom/protocol/messages";
import type { LlamaModel, Token } from "node-llama-cpp";
import { readVocabulary } from "../llama-vocabulary.ts";
import { createPromptEncoder, type PromptEncoder } from "../template/chat-template.ts";

/** Counts as a model's tokenizer and chat template do; the model may be its vocabulary alone. */
export interface ModelCounter {
  readonly encode: PromptEncoder<Token>;
  /** The longest text of a token, in characters. */
  readonly longestToken: number;
  inboundTokens(messages: readonly ChatMessage[], asOfSeconds: number): number;
  outboundTokens(text: string): number;
}

/** The one way in which tokens that are charged are counted: executor and client go through it. Throws CONFIG_INVALID. */
export function createModelCounter(model: LlamaModel): ModelCounter {
  const vocabulary = readVocabulary(model);
  const encode = createPromptEncoder(vocabulary);
  return {
    encode,
    longestToken: vocabulary.longestToken,
    inboundTokens: (messages, asOfSeconds) => encode(messages, asOfSeconds).length,
    outboundTokens: (text) => model.tokenize(text, false).length,
  };
}
