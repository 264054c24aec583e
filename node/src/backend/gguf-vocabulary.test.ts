import { createHash } from "node:crypto";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { isVocabularyFile, readVocabularyFile } from "./gguf-vocabulary.ts";
import { hashWeights } from "./weights-hash.ts";

const TINY = new URL("../../models/tiny/lloom-tiny.gguf", import.meta.url).pathname;
const { signal } = new AbortController();

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-parts-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

it("is the beginning of the weights with no tensors, the same for whoever has them", async () => {
  const vocabulary = await readVocabularyFile(TINY);
  const weights = readFileSync(TINY);
  expect(isVocabularyFile(vocabulary)).toBe(true);
  expect(isVocabularyFile(weights)).toBe(false);
  expect(Buffer.from(vocabulary).subarray(16).equals(weights.subarray(16, vocabulary.length))).toBe(true);
});

it("is the first part's of a model in parts, whichever part is named: all of them have one hash", async () => {
  const [first, second] = ["00001", "00002"].map((number) => join(directory, `m-${number}-of-00002.gguf`)) as [
    string,
    string,
  ];
  copyFileSync(TINY, first);
  // A part of its own form, with other metadata.
  const other = Buffer.from(await readVocabularyFile(TINY));
  other.write("b", other.indexOf("<|im_start|>"));
  writeFileSync(second, other);
  const whole = createHash("sha256").update(readFileSync(first)).update(other).digest("hex");
  for (const named of [first, second]) {
    expect(await hashWeights(named, signal)).toBe(`0x${whole}`);
    expect(await readVocabularyFile(named)).toEqual(await readVocabularyFile(TINY));
  }
});
