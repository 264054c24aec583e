import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CHAT_FEATURES } from "@lloom/protocol/form/features";
import { parseProfile, profileText } from "@lloom/protocol/profile";
import { TRACE_LIKELIEST } from "@lloom/protocol/trace";
import type { LlamaContextSequence, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "../log.ts";
import { isVocabularyFile } from "./gguf-vocabulary.ts";
import { type LlamaOptions, type LlamaRuntime, loadLlama } from "./llama-runtime.ts";
import { evaluateTraced, LOGPROBS_AMONG } from "./llama-trace.ts";
import { chatTemplateOf } from "./llama-vocabulary.ts";

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

describe("a trace", () => {
  /** As node-llama-cpp samples by itself, with all probabilities of the vocabulary. */
  async function untouched(runtime: LlamaRuntime, prompt: Token[], sampling: SequenceEvaluateOptions) {
    const context = await runtime.model.createContext({ sequences: 1, threads: 1, contextSize: 512 });
    const sequence = context.getSequence();
    await using _closed = { [Symbol.asyncDispose]: () => context.dispose() };
    const tokens: Token[] = [];
    for await (const token of sequence.evaluate(prompt, { ...sampling, yieldEogToken: true })) {
      tokens.push(token);
      if (tokens.length === TOKENS || runtime.model.isEogToken(token)) break;
    }
    const written = [...prompt, ...tokens];
    const isAsked = (at: number): boolean => at >= prompt.length - 1 && at < written.length - 1;
    const asked = { generateNext: { probabilities: true, options: { temperature: 1, topK: 0, topP: 1 } } };
    await sequence.clearHistory();
    const outputs = await sequence.controlledEvaluate(
      written.map((token, at) => (isAsked(at) ? [token, asked] : token)),
    );
    return { tokens, all: outputs.flatMap((output) => output?.next.probabilities ?? []) };
  }

  it.each<[string, SequenceEvaluateOptions]>([
    ["greedy", { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 1 }],
    ["hot, cut by top-k and top-p", { temperature: 1.5, topP: 0.95, topK: 20, minP: 0, seed: 3 }],
  ])("has the model's own log probabilities, and changes no token: %s", async (_, sampling) => {
    const runtime = await load();
    const prompt = runtime.model.tokenize("<|im_start|>user\nWrite a poem<|im_end|>\n<|im_start|>assistant\n", true);
    const { tokens, all } = await untouched(runtime, prompt, sampling);
    const written: Token[] = [];
    for await (const { token, trace } of evaluateTraced(runtime.context.getSequence(), prompt, sampling)) {
      const shares = [...(all[written.length] ?? expect.unreachable())];
      const most = shares.slice(0, LOGPROBS_AMONG).reduce((sum, [, share]) => sum + share, 0);
      for (const [place, { token: likely, logprob }] of trace.likeliest.slice(0, 10).entries()) {
        const [expected, share] = shares[place] ?? expect.unreachable();
        // Batches of another shape move the last bits.
        if (share > 1e-6) expect(Math.abs(logprob - 1000 * Math.log(share / most))).toBeLessThan(40);
        if (share > 1e-2) expect(likely).toBe(expected);
      }
      expect(trace.likeliest.length).toBeGreaterThanOrEqual(TRACE_LIKELIEST);
      written.push(token);
      if (written.length === TOKENS) break;
    }
    expect(written).toEqual(tokens);
  });
});

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
    const profile = async (changes: Partial<LlamaOptions>): Promise<string> =>
      profileText((await load(changes)).profile);
    const base = await profile({});
    expect(await profile({ threads: 2, sequences: 2, modelName: "other" })).toBe(base);
    expect(await profile({ contextSize: 256 })).not.toBe(base);
    expect(await profile({ sharedBatches: true })).not.toBe(base);
  });

  it("reads its profile from what runs", async () => {
    const { profile, context, vocabulary } = await load();
    expect(parseProfile(profileText(profile))).toEqual({
      ...{ backend: "llama.cpp", device: "cpu", precision: "F16", keyCache: "F16", valueCache: "F16" },
      ...{
        batchSize: context.batchSize,
        maxContext: 512,
        features: [...CHAT_FEATURES],
        batchInvariant: true,
        evidence: "trace",
        logprobsAmong: 64,
      },
      version: expect.stringMatching(/^[bv]\d/),
      instructions: expect.stringMatching(/^\w+( \w+)*$/),
      flashAttention: expect.stringMatching(/^(auto|true|false)$/),
      template: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      vocabulary: `0x${createHash("sha256").update(vocabulary).digest("hex")}`,
    });
  });

  it("has a vocabulary that is a file of its own, and tokenizes like the model", async () => {
    const { vocabulary, llama, model } = await load();
    expect(isVocabularyFile(vocabulary)).toBe(true);
    expect(vocabulary.length).toBeLessThan(100_000);
    const path = join(mkdtempSync(join(tmpdir(), "lloom-vocabulary-")), "vocabulary.gguf");
    stack.defer(() => rmSync(dirname(path), { recursive: true }));
    writeFileSync(path, vocabulary);
    const alone = await llama.loadModel({ modelPath: path, vocabOnly: true, gpuLayers: 0 });
    stack.defer(() => alone.dispose());
    for (const text of ["What is Lloom?", " two  spaces\n", "漢字 🧶 <|im_end|>"])
      expect(alone.tokenize(text)).toEqual(model.tokenize(text));
    expect(chatTemplateOf(alone)).toBe(chatTemplateOf(model));
  });

  it("takes nothing for a vocabulary that is cut, longer, or has tensors", async () => {
    const { vocabulary } = await load();
    const tensors = Uint8Array.from(vocabulary);
    tensors[8] = 1;
    for (const wrong of [vocabulary.subarray(0, -1), Uint8Array.of(...vocabulary, 0), tensors, Uint8Array.of()])
      expect(isVocabularyFile(wrong)).toBe(false);
  });
});
