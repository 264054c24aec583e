import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { embeddingOutbound, embeddingSampling } from "@lloom/protocol/form/embedding";
import { cosine, readVectors } from "@lloom/protocol/form/vectors";
import type { ChatMessage } from "@lloom/protocol/messages";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "../../log.ts";
import type { Backend, Completion, CompletionEvent } from "../backend.ts";
import { TokenCounter } from "../counting/token-counter.ts";
import { openLlama } from "../llama.ts";
import type { LlamaOptions } from "../llama-runtime.ts";

const modelPath = fileURLToPath(new URL("../../../models/tiny/lloom-tiny.gguf", import.meta.url));
const log = createLog({ level: "silent", name: "test" });
const never = new AbortController().signal;
const options: LlamaOptions = { kind: "llama", modelPath, modelName: "tiny", threads: 1, sequences: 1, embeds: true };

const embed = (...texts: string[]): Completion => ({
  model: "tiny",
  messages: texts.map((content): ChatMessage => ({ role: "user", content })),
  sampling: embeddingSampling(),
  maxOutboundTokens: 1,
});

async function vectorsOf(backend: Backend, completion: Completion, signal = never) {
  let text = "";
  for await (const event of backend.complete(completion, signal)) {
    if (event.type === "text") text += event.text;
    else return { text, end: event, vectors: readVectors(text) as readonly Float32Array[] };
  }
  expect.unreachable("it ends with its counts");
}

let backend: Backend;
beforeAll(async () => {
  backend = await openLlama(options, log, never);
}, 30_000);
afterAll(() => backend[Symbol.asyncDispose]());

describe("vectors of the tiny model", () => {
  it("are offered beside its answers, and only where they are sold", async () => {
    const [model] = await backend.listModels(never);
    expect(model?.profile?.features).toContain("embedding");
    expect(model?.profile?.features).not.toContain("embedding_dimensions");
    expect(model?.profile?.conversations).toBeUndefined();
  });

  it("have 160 numbers, the same each time whatever is beside them, and are nearer to a question asked alike", async () => {
    const asked = ["What is Lloom?", "Tell me what Lloom is.", "What is the capital of France?"] as const;
    const { vectors, end } = await vectorsOf(backend, embed(...asked));
    expect(end.finishReason).toBe("stop");
    const [a = new Float32Array(), b = a, c = a] = vectors;
    expect(a).toHaveLength(160);
    expect(cosine(a, b)).toBeGreaterThan(cosine(a, c) + 0.1);
    const alone = await vectorsOf(backend, embed(asked[2]));
    expect(alone.vectors[0]).toEqual(c);
  });

  it("count the tokens of their texts, as the counting process does by the vocabulary alone, and their bytes", async () => {
    const completion = embed("What is Lloom?", "a receipt");
    const { text, end } = await vectorsOf(backend, completion);
    const [{ profile } = {}] = await backend.listModels(never);
    const directory = mkdtempSync(join(tmpdir(), "lloom-embedding-"));
    const vocabulary = join(directory, "vocabulary.gguf");
    writeFileSync(vocabulary, backend.vocabulary?.(profile?.vocabulary ?? "0x") ?? "");
    await using counter = new TokenCounter();
    const { messages, sampling } = completion;
    const counted = await counter.count({ vocabulary, messages, asOfSeconds: 0, text, sampling });
    const firstLine = text.slice(0, text.indexOf("\n") + 1);
    const first = await counter.count({ vocabulary, messages, asOfSeconds: 0, text: firstLine, sampling });
    rmSync(directory, { recursive: true });
    expect(end).toMatchObject({ inboundTokens: counted.inboundTokens, outboundTokens: counted.outboundTokens });
    expect(await backend.countInbound(completion, never)).toBe(counted.inboundTokens);
    expect(counted.outboundTokens).toBe(embeddingOutbound(text));
    expect(first.inboundTokens).toBe(await backend.countInbound(embed("What is Lloom?"), never));
    expect(first.inboundTokens).toBeLessThan(counted.inboundTokens);
  });

  it("end behind the vector under way when nobody wants more, and count what was made", async () => {
    const stop = new AbortController();
    const texts = ["What is Lloom?", "a", "b"];
    const events: CompletionEvent[] = [];
    for await (const event of backend.complete(embed(...texts), stop.signal)) {
      events.push(event);
      stop.abort();
    }
    expect(events).toHaveLength(2);
    const inboundTokens = await backend.countInbound(embed("What is Lloom?"), never);
    expect(events[1]).toMatchObject({ type: "end", finishReason: "cancelled", inboundTokens });
  });

  it("are refused of a text that the context does not hold, and of another length", async () => {
    const long = embed("fine", "word ".repeat(600));
    await expect(vectorsOf(backend, long)).rejects.toMatchObject({ code: "CONTEXT_EXCEEDED" });
    await expect(backend.countInbound(long, never)).rejects.toMatchObject({ code: "CONTEXT_EXCEEDED" });
    const shorter = { ...embed("a"), sampling: embeddingSampling(64) };
    await expect(vectorsOf(backend, shorter)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

/** The same weights in a file that says how its vectors are pooled: what tells a model that was made to embed. */
function madeToEmbed(directory: string): string {
  const bytes = readFileSync(modelPath);
  const key = (name: string, kind: number, value: Buffer): Buffer => {
    const head = Buffer.alloc(8 + name.length + 4);
    head.writeBigUInt64LE(BigInt(name.length));
    head.write(name, 8);
    head.writeUInt32LE(kind, 8 + name.length);
    return Buffer.concat([head, value]);
  };
  const pooling = Buffer.alloc(4);
  pooling.writeUInt32LE(3);
  const first = key("llama.pooling_type", 4, pooling);
  // The tensors stand at a multiple of 32 bytes: what is put before them has to be one, too.
  const rest = 64 - first.length - (8 + 1 + 4 + 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(rest));
  const second = key("x", 8, Buffer.concat([length, Buffer.alloc(rest, "x")]));
  bytes.writeBigUInt64LE(bytes.readBigUInt64LE(16) + 2n, 16);
  const path = join(directory, "embedder.gguf");
  writeFileSync(path, Buffer.concat([bytes.subarray(0, 24), first, second, bytes.subarray(24)]));
  return path;
}

describe("a model that was made to embed", () => {
  it("makes vectors, says that it answers no conversation, and refuses one", async () => {
    const directory = mkdtempSync(join(tmpdir(), "lloom-embedder-"));
    const made = { ...options, modelPath: madeToEmbed(directory), embeds: false };
    await using embedder = await openLlama(made, log, never);
    rmSync(directory, { recursive: true });
    const [model] = await embedder.listModels(never);
    expect(model?.profile).toMatchObject({ evidence: "text", features: ["embedding"], conversations: false });
    expect(model?.profile?.template).toBeUndefined();
    await embedder.checkHealth(never);
    const { vectors } = await vectorsOf(embedder, embed("What is Lloom?"));
    expect(vectors).toEqual((await vectorsOf(backend, embed("What is Lloom?"))).vectors);
    const chat = { ...embed("Hi"), sampling: { ...embeddingSampling(), embedding: undefined } };
    await expect(vectorsOf(embedder, chat)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await expect(embedder.countInbound(chat, never)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("is not what answers conversations and sells no vectors", async () => {
    await using plain = await openLlama({ ...options, embeds: false }, log, never);
    await expect(vectorsOf(plain, embed("a"))).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect((await plain.listModels(never))[0]?.profile?.features).not.toContain("embedding");
  });
});
