import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Sampling } from "@lloom/protocol/messages";
import type { TraceToken } from "@lloom/protocol/trace";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLog } from "../log.ts";
import type { Backend } from "./backend.ts";
import { coarsenWeights } from "./coarse-weights.ts";
import { openLlama } from "./llama.ts";
import { openReference, type Reference } from "./llama-reference.ts";

const SLOW = 60_000;
const TINY = fileURLToPath(new URL("../../models/tiny/lloom-tiny.gguf", import.meta.url));
const log = createLog({ level: "silent", name: "test" });
const never = new AbortController().signal;
const options = { modelPath: TINY, threads: 1 };
const GREEDY: Sampling = { temperatureMilli: 0, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" };
const promptOf = (content: string) => ({ messages: [{ role: "user", content }] as const, asOfSeconds: 0 });

let backend: Backend;
let reference: Reference;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "lloom-reference-"));
  backend = await openLlama(
    { ...options, kind: "llama", modelName: "tiny", sequences: 4, sharedBatches: true },
    log,
    never,
  );
  reference = await openReference(options, { log, signal: never });
}, SLOW);
afterAll(async () => {
  await backend[Symbol.asyncDispose]();
  await reference[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

async function answer(from: Backend, question: string): Promise<{ text: string; trace: readonly TraceToken[] }> {
  let text = "";
  const { messages, asOfSeconds } = promptOf(question);
  const completion = { model: "tiny", messages, asOfSeconds, sampling: GREEDY, maxOutboundTokens: 24 };
  for await (const event of from.complete(completion, never)) {
    if (event.type === "end") return { text, trace: event.trace ?? [] };
    text += event.text;
  }
  expect.unreachable("an answer ends with its counts");
}

describe("a reference", () => {
  it(
    "finds the tokens of an answer as likely as who wrote them, in one pass",
    async () => {
      const { text, trace } = await answer(backend, "What is Lloom?");
      const tokens = trace.map(({ token }) => Number(token));
      expect(reference.textOf(promptOf("What is Lloom?"), tokens)).toBe(text);
      const places = (await reference.score(promptOf("What is Lloom?"), tokens)) ?? [];
      expect(places).toHaveLength(trace.length);
      for (const [index, { token, logprob }] of trace.entries()) {
        expect(places[index]?.size).toBe(64);
        expect([...(places[index]?.keys() ?? [])][0]).toBe(token);
        expect(Math.abs((places[index]?.get(Number(token)) ?? -1e9) - logprob)).toBeLessThan(30);
      }
      const first = await reference.scoreFirst(promptOf("What is Lloom?"));
      for (const token of [...first.keys()].slice(0, 2))
        expect(Math.abs((first.get(token) ?? 0) - (places[0]?.get(token) ?? 0))).toBeLessThan(30);
    },
    SLOW,
  );

  it(
    "is the same however often it is asked, and whatever it was asked before",
    async () => {
      const first = await reference.score(promptOf("Hello!"), [5, 6, 7]);
      await reference.score(promptOf("What is the capital of France?"), [9, 10]);
      expect(await reference.score(promptOf("Hello!"), [5, 6, 7])).toEqual(first);
    },
    SLOW,
  );

  it("lives through tokens that the model does not have, and tells what its context does not hold", async () => {
    expect(reference.textOf(promptOf("Hello!"), [2047])).toBe(" house");
    for (const token of [2048, 0xffffffff]) expect(reference.textOf(promptOf("Hello!"), [5, token])).toBeUndefined();
    // Nobody writes on after the end.
    expect(reference.textOf(promptOf("Hello!"), [2047, 0])).toBe(" house");
    expect(reference.textOf(promptOf("Hello!"), [0, 2047])).toBeUndefined();
    await expect(async () => reference.score(promptOf("Hello!"), [2048])).rejects.toMatchObject({
      code: "REQUEST_INVALID",
    });
    const long = new Array<number>(600).fill(5);
    expect(await reference.score(promptOf("Hello!"), long)).toBeUndefined();
  });
});

describe("answers that are computed together", () => {
  it(
    "have traces of their own",
    async () => {
      const questions = ["What is Lloom?", "Hello!", "What is the capital of France?", "Tell me a story about a cat."];
      const together = await Promise.all(questions.map((question) => answer(backend, question)));
      for (const [index, question] of questions.entries()) {
        const tokens = (together[index]?.trace ?? []).map(({ token }) => Number(token));
        const places = (await reference.score(promptOf(question), tokens)) ?? [];
        for (const [at, { likeliest }] of (together[index]?.trace ?? []).entries())
          for (const { token, logprob } of likeliest.slice(0, 2))
            expect(Math.abs((places[at]?.get(Number(token)) ?? -1e9) - logprob)).toBeLessThan(300);
      }
    },
    SLOW,
  );
});

describe("coarser weights", () => {
  it(
    "are the same bytes each time, as many, and answer otherwise than the weights that they were made of",
    async () => {
      const [coarse, again] = [await coarsenWeights(TINY, 4), await coarsenWeights(TINY, 4)];
      expect(Buffer.compare(coarse, again)).toBe(0);
      const path = join(directory, "coarse.gguf");
      writeFileSync(path, coarse);
      await using other = await openReference({ ...options, modelPath: path }, { log, signal: never });
      expect(other.weightsHash).not.toBe(reference.weightsHash);
      const { trace } = await answer(backend, "Tell me about the sea.");
      const tokens = trace.map(({ token }) => Number(token));
      const [mine, theirs] = [
        (await reference.score(promptOf("Tell me about the sea."), tokens)) ?? [],
        await other.score(promptOf("Tell me about the sea."), tokens),
      ];
      const off = mine.map((place, at) => {
        const second = [...place.keys()][1] ?? 0;
        return Math.abs((place.get(second) ?? 0) - (theirs?.[at]?.get(second) ?? 0));
      });
      expect(off.toSorted((a, b) => a - b)[off.length >> 1]).toBeGreaterThan(200);
    },
    SLOW,
  );

  it("are refused for other bits, and for what is no model", async () => {
    for (const bits of [1, 9, 4.5])
      await expect(coarsenWeights(TINY, bits)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    const path = join(directory, "none.gguf");
    writeFileSync(path, "GGUF");
    await expect(coarsenWeights(path, 4)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});
