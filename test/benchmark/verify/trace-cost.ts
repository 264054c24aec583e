import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LlamaModel, Token } from "node-llama-cpp";
import { loadLlama } from "../../../node/src/backend/llama-runtime.ts";
import { type NativeContext, nativeContext, nativeSampler, traceOf } from "../../../node/src/backend/llama-trace.ts";
import { TraceWriter } from "../../../node/src/backend/trace-writer.ts";
import { createLog } from "../../../node/src/log.ts";
import type { BenchRow } from "../rows.ts";
import { loaded } from "./cheats.ts";
import { quantile } from "./courses.ts";
import { widenVocabulary } from "./wide-model.ts";

/** The tiny model's, and those of many models since Llama 2 and 3. */
const VOCABULARIES = [2_048, 32_000, 128_000] as const;
const CUT = { topK: 0, topP: 1, minP: 0, seed: 1 } as const;
const ROUNDS = 9;
const LOOKS = 50;
const TOKENS = 2_000;

/** Processor time that a trace takes of each token, whatever the weights: by the size of the vocabulary alone. */
export async function traceCostRows(modelPath: string, directory: string): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const size of VOCABULARIES) {
    const path = join(directory, `wide-${size}.gguf`);
    writeFileSync(path, await widenVocabulary(modelPath, size));
    rows.push(...(await costRows(path, size)));
  }
  return rows;
}

async function costRows(path: string, size: number): Promise<BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  const log = createLog({ level: "silent", name: "bench" });
  const { model, context } = await loadLlama(loaded(path), { log, stack, signal: new AbortController().signal });
  using sequence = context.getSequence();
  await sequence.evaluateWithoutGeneratingNewTokens(model.tokenize("Once upon a time", true));
  // One more, whose logits stay.
  for await (const _ of sequence.evaluate(model.tokenize(",", true), CUT)) break;
  const native = nativeContext(context);
  const written = await writtenUs(native, model);
  const rows: BenchRow[] = [];
  for (const [name, temperature] of [
    ["sampled", 0.8],
    ["greedy", 0],
  ] as const) {
    const sampler = nativeSampler(model, { ...CUT, temperature });
    const [own, both] = await alternately(
      () => native.sampleToken(0, sampler),
      () => native.sampleToken(0, sampler, true, temperature === 0),
    );
    sampler.dispose();
    const value = both - own + written;
    rows.push({ name: `trace.${size}.${name}`, value, unit: "µs of a processor for a token", met: true });
    rows.push({ name: `trace.${size}.${name}.choice`, value: own, unit: "µs, to choose the token without", met: true });
  }
  return rows;
}

/** Medians of both, turn by turn, so that both see the same machine. */
async function alternately(one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<[number, number]> {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round++)
    for (const [which, work] of [one, other].entries()) {
      const us = await processorUs(async () => {
        for (let look = 0; look < LOOKS; look++) await work();
      });
      if (round > 0) times[which]?.push(us / LOOKS);
    }
  return [quantile(times[0], 0.5), quantile(times[1], 0.5)];
}

/** What becomes of the likeliest: the leaf, and its place in the tree. */
async function writtenUs(native: NativeContext, model: LlamaModel): Promise<number> {
  const sampler = nativeSampler(model, { ...CUT, temperature: 0 });
  const told = (await native.sampleToken(0, sampler, true, true)) as [Token, readonly number[]];
  sampler.dispose();
  const [token, odds] = told;
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const us = await processorUs(async () => {
      const writer = new TraceWriter();
      for (let written = 0; written < TOKENS; written++) {
        const shares = new Map<Token, number>();
        for (let at = 1; at < odds.length; at += 2) shares.set(odds[at - 1] as Token, odds[at] ?? 0);
        writer.push(traceOf(token, shares));
      }
      writer.finish();
    });
    if (round > 0) times.push(us / TOKENS);
  }
  return quantile(times, 0.5);
}

async function processorUs(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
