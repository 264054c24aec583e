import { fileURLToPath } from "node:url";
import type { LlamaContextSequence } from "node-llama-cpp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "../log.ts";
import { type LlamaOptions, type LlamaRuntime, loadLlama } from "./llama-runtime.ts";

const modelPath = fileURLToPath(new URL("../../models/tiny/lloom-tiny.gguf", import.meta.url));
const options: LlamaOptions = { kind: "llama", modelPath, modelName: "tiny", threads: 1, sequences: 4 };
const log = createLog({ level: "silent", name: "test" });
const signal = new AbortController().signal;
const PROMPTS = ["Who are you?", "What is Lloom?", "name all planets please", "Write a short poem about a loom"];
const TOKENS = 24;

let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
});
afterEach(() => stack.disposeAsync());

const load = (changes: Partial<LlamaOptions> = {}): Promise<LlamaRuntime> =>
  loadLlama({ ...options, ...changes }, { log, stack, signal });

/** How sure the model is of each token, to the last bit. */
async function confidences(runtime: LlamaRuntime, sequence: LlamaContextSequence, prompt: string): Promise<number[]> {
  await sequence.clearHistory();
  const tokens = runtime.model.tokenize(`<|im_start|>user\n${prompt}<|im_end|>\n<|im_start|>assistant\n`, true);
  const seen: number[] = [];
  for await (const { confidence } of sequence.evaluateWithMetadata(tokens, { confidence: true }, { temperature: 0 })) {
    seen.push(confidence);
    if (seen.length === TOKENS) break;
  }
  return seen;
}

describe("a loaded model", () => {
  it("computes the very same numbers for a request whatever runs beside it", async () => {
    const runtime = await load();
    const sequences = PROMPTS.map(() => runtime.context.getSequence());
    const run = (prompt: string, index: number): Promise<number[]> =>
      confidences(runtime, sequences[index] ?? expect.unreachable(), prompt);
    const alone: number[][] = [];
    for (const [index, prompt] of PROMPTS.entries()) alone.push(await run(prompt, index));
    expect(await Promise.all(PROMPTS.map(run))).toEqual(alone);
    expect(await Promise.all(PROMPTS.toReversed().map(run))).toEqual(alone.toReversed());
  });

  it("never computes on the processor when it was told to use a graphics card", async () => {
    const card = await load({ gpu: true }).then(
      ({ llama }) => llama.gpu,
      ({ code }: { code: string }) => code,
    );
    expect(["CONFIG_INVALID", "cuda", "metal", "vulkan"]).toContain(card);
  });

  it("says in its profile what changes answers, and nothing else", async () => {
    const profile = async (changes: Partial<LlamaOptions>): Promise<string> => (await load(changes)).profileHash;
    const base = await profile({});
    expect(await profile({ threads: 2, sequences: 2, modelName: "other" })).toBe(base);
    expect(await profile({ contextSize: 256 })).not.toBe(base);
    expect(await profile({ sharedBatches: true })).not.toBe(base);
  });
});
