import type { ChatMessage } from "@lloom/protocol/messages";
import type { LlamaModel, Token } from "node-llama-cpp";
import { readTokens, readVocabulary } from "../llama-vocabulary.ts";
import { createPromptEncoder, type PromptEncoder } from "../template/chat-template.ts";

/** Counts as a model's tokenizer and chat template do; the model may be its vocabulary alone. */
export interface ModelCounter {
  /** Throws CONFIG_INVALID for a model without a chat template. */
  readonly encode: PromptEncoder<Token>;
  /** The longest text of a token, in characters. */
  readonly longestToken: number;
  inboundTokens(messages: readonly ChatMessage[], asOfSeconds: number): number;
  outboundTokens(text: string): number;
  /** Of so many texts to embed, from the first. */
  embeddedTokens(messages: readonly ChatMessage[], texts: number): number;
}

/** The one way in which tokens that are charged are counted: executor and client go through it. */
export function createModelCounter(model: LlamaModel): ModelCounter {
  const tokens = readTokens(model);
  let encoder: PromptEncoder<Token> | undefined;
  const encode: PromptEncoder<Token> = (messages, asOfSeconds) => {
    encoder ??= createPromptEncoder(readVocabulary(model, tokens));
    return encoder(messages, asOfSeconds);
  };
  const plainTokens = (text: string): number => model.tokenize(text, false).length;
  return {
    encode,
    longestToken: tokens.longestToken,
    inboundTokens: (messages, asOfSeconds) => encode(messages, asOfSeconds).length,
    outboundTokens: plainTokens,
    embeddedTokens: (messages, texts) =>
      messages.slice(0, texts).reduce((sum, { content }) => sum + plainTokens(content), 0),
  };
}
