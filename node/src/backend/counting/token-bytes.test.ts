import { describe, expect, it } from "vitest";
import { readVocabularyFile } from "../gguf-vocabulary.ts";
import { readTokenBytes } from "./token-bytes.ts";

const TINY = new URL("../../../models/tiny/lloom-tiny.gguf", import.meta.url).pathname;

const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const long = (value: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([long(Buffer.byteLength(value)), Buffer.from(value)]);
const list = (kind: number, values: readonly Buffer[]): Buffer =>
  Buffer.concat([int(9), int(kind), long(values.length), ...values]);

/** A vocabulary of these tokens with their kinds. */
const fileOf = (tokenizer: string, tokens: readonly (readonly [string, number])[]): Uint8Array =>
  Buffer.concat([
    ...[Buffer.from("GGUF"), int(3), long(0), long(3)],
    ...[text("tokenizer.ggml.model"), int(8), text(tokenizer)],
    ...[
      text("tokenizer.ggml.tokens"),
      list(
        8,
        tokens.map(([token]) => text(token)),
      ),
    ],
    ...[
      text("tokenizer.ggml.token_type"),
      list(
        5,
        tokens.map(([, kind]) => int(kind)),
      ),
    ],
  ]);
const told = (tokenizer: string, tokens: readonly (readonly [string, number])[]) => {
  const meanings = readTokenBytes(fileOf(tokenizer, tokens));
  return tokens
    .map((_, id) => meanings(id))
    .map((one) => one && [Buffer.from(one.bytes).toString("latin1"), one.isText]);
};

describe("what the tokens of a vocabulary stand for", () => {
  it("is told byte for byte: a letter for each byte, as GPT-2 has it", () => {
    expect(
      told("gpt2", [
        ["Ġhi", 1],
        ["Ã", 1],
        ["¤", 1],
        ["Ċ", 1],
        ["<|im_end|>", 3],
        ["Ġ<x>", 4],
      ]),
    ).toEqual([
      ...[
        [" hi", true],
        ["\u00c3", true],
        ["\u00a4", true],
        ["\n", true],
      ],
      ...[
        ["<|im_end|>", false],
        [Buffer.from("Ġ<x>").toString("latin1"), true],
      ],
    ]);
  });

  it("or with a block for a space and bytes by their number, as SentencePiece has it", () => {
    expect(
      told("llama", [
        ["▁hi", 1],
        ["<0xC3>", 6],
        ["</s>", 3],
      ]),
    ).toEqual([
      ...[
        [" hi", true],
        ["\u00c3", true],
        ["</s>", false],
      ],
    ]);
  });

  it("is unknown for another number, and for a tokenizer of another kind", async () => {
    const meanings = readTokenBytes(await readVocabularyFile(TINY));
    expect(meanings(2 ** 31)).toBeUndefined();
    expect(meanings(0)?.isText).toBe(false);
    expect(() => readTokenBytes(fileOf("rwkv", [["a", 1]]))).toThrow(/tokenizer "rwkv" is not known/);
  });
});
