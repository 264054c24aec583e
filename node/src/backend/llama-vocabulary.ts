import type { LlamaModel, Token } from "node-llama-cpp";
import { LloomError } from "../errors.ts";
import type { ControlToken, Vocabulary } from "./template/chat-template.ts";

/** A tokenizer's control tokens, and the longest text of a token, in characters. */
export type LlamaTokens = Pick<Vocabulary<Token>, "control"> & { readonly longestToken: number };

/** The tokenizer and chat template inside a loaded GGUF file. Throws CONFIG_INVALID where it has no template. */
export function readVocabulary(model: LlamaModel, { control } = readTokens(model)): Vocabulary<Token> {
  const { tokens } = model;
  return {
    template: chatTemplateOf(model),
    control,
    beginText: tokens.bosString ?? "",
    endText: tokens.eosString ?? "",
    begin: tokens.shouldPrependBosToken ? (tokens.bos ?? undefined) : undefined,
    tokenize: (text) => model.tokenize(text, false),
  };
}

/** Jinja source; a model without one was not made for conversations. */
export function chatTemplateOf(model: LlamaModel): string {
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  if (typeof template === "string" && template !== "") return template;
  throw new LloomError("CONFIG_INVALID", "The model's file has no chat template.", {
    next: "Use an instruct or chat version of this model.",
  });
}

/** Control tokens are those that llama.cpp never finds in plain text. */
export function readTokens(model: LlamaModel): LlamaTokens {
  const control = new Map<string, ControlToken<Token>>();
  let longestToken = 1;
  for (const token of model.iterateAllTokens()) {
    const text = model.detokenize([token], true);
    longestToken = Math.max(longestToken, text.length);
    const { control: isControl, unknown, lstrip, rstrip } = model.getTokenAttributes(token);
    if ((isControl || unknown) && text !== "") control.set(text, { token, trimsBefore: lstrip, trimsAfter: rstrip });
  }
  return { control, longestToken };
}
