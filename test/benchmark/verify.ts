import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packTrace } from "@lloom/protocol/trace";
import type { SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { TokenCounter } from "../../node/src/backend/counting/token-counter.ts";
import { type LlamaRuntime, loadLlama } from "../../node/src/backend/llama-runtime.ts";
import { evaluateTraced } from "../../node/src/backend/llama-trace.ts";
import { TraceWriter } from "../../node/src/backend/trace-writer.ts";
import { createLog } from "../../node/src/log.ts";
import type { BenchRow } from "./rows.ts";
import { swapRows } from "./verify/swaps.ts";

const TINY = join(import.meta.dirname, "../../node/models/tiny/lloom-tiny.gguf");
const CUT = { topP: 1, topK: 0, minP: 0, seed: 1 } as const;
/** A greedy token is the first of its own trace, and costs one look at the logits; every other one costs two. */
const SAMPLINGS: Readonly<Record<string, SequenceEvaluateOptions>> = {
  trace: { ...CUT, temperature: 0.8 },
  greedyTrace: { ...CUT, temperature: 0 },
};
const QUESTION = "Tell me a story about a cat.";
const ROUNDS = 20;
const COUNTS = 200;
/** Share of a token's time that its trace may take. */
const TARGET_PERCENT = 3;

/** What evidence costs: traces the executor, counting again the client; and what canaries find by it. */
export async function run(): Promise<BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  const log = createLog({ level: "silent", name: "bench" });
  const options = { kind: "llama", modelPath: TINY, modelName: "lloom-tiny", threads: 1, sequences: 1 } as const;
  const runtime = await loadLlama(options, { log, stack, signal: new AbortController().signal });
  const rows: BenchRow[] = [];
  for (const [name, sampling] of Object.entries(SAMPLINGS)) rows.push(...(await traceRows(runtime, name, sampling)));
  return [...rows, await countRow(runtime), ...(await swapRows())];
}

/** Turn by turn with and without, so that both see the same machine; the median of each. */
async function traceRows(
  { context, model }: LlamaRuntime,
  name: string,
  sampling: SequenceEvaluateOptions,
): Promise<BenchRow[]> {
  using sequence = context.getSequence();
  const prompt = model.tokenize(`<|im_start|>user\n${QUESTION}<|im_end|>\n<|im_start|>assistant\n`, true);
  const plain = async (): Promise<number> => {
    const tokens: Token[] = [];
    for await (const token of sequence.evaluate(prompt, sampling)) tokens.push(token);
    return tokens.length;
  };
  let leafBytes = 0;
  const traced = async (): Promise<number> => {
    const writer = new TraceWriter();
    for await (const { trace } of evaluateTraced(sequence, prompt, sampling)) writer.push(trace);
    const { leaves } = writer.finish();
    leafBytes = packTrace(leaves).length / leaves.length;
    return leaves.length - 1;
  };
  const [without, withTrace]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [work, times] of [[plain, without] as const, [traced, withTrace] as const]) {
      await sequence.clearHistory();
      const before = process.cpuUsage();
      const tokens = await work();
      const { user, system } = process.cpuUsage(before);
      // The first round warms up.
      if (round > 0) times.push((user + system) / 1000 / tokens);
    }
  }
  const [value, reference] = [median(withTrace), median(without)];
  const percent = (value / reference - 1) * 100;
  return [
    { name: `${name}.token`, value, unit: "ms of a processor", reference, ratio: value / reference, met: true },
    { name: `${name}.overhead`, value: percent, unit: "%", target: TARGET_PERCENT, met: percent <= TARGET_PERCENT },
    { name: `${name}.kept`, value: leafBytes, unit: "bytes per token", met: true },
  ];
}

/** An answer of a thousand characters, counted again by the process that does so: the way there and back included. */
async function countRow({ vocabulary }: LlamaRuntime): Promise<BenchRow> {
  const directory = mkdtempSync(join(tmpdir(), "lloom-bench-"));
  try {
    const path = join(directory, "vocabulary.gguf");
    writeFileSync(path, vocabulary);
    await using counter = new TokenCounter();
    const text = "Once upon a time, there was a cat. ".repeat(30);
    const question = {
      vocabulary: path,
      messages: [{ role: "user" as const, content: QUESTION }],
      asOfSeconds: 0,
      text,
    };
    const times: number[] = [];
    for (let count = 0; count <= COUNTS; count++) {
      const startedMs = performance.now();
      await counter.count(question);
      if (count > 0) times.push(performance.now() - startedMs);
    }
    return { name: "count.answer", value: median(times), unit: "ms", met: true };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
