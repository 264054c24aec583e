import { packTrace } from "@lloom/protocol/trace";
import type { LlamaContextSequence, SequenceEvaluateOptions, Token } from "node-llama-cpp";
import { loadLlama } from "../../../node/src/backend/llama-runtime.ts";
import { evaluateTraced } from "../../../node/src/backend/llama-trace.ts";
import { TraceWriter } from "../../../node/src/backend/trace-writer.ts";
import { createLog } from "../../../node/src/log.ts";
import type { BenchRow } from "../rows.ts";
import { loaded } from "./cheats.ts";
import { quantile } from "./courses.ts";

const CUT = { topP: 1, topK: 0, minP: 0, seed: 1 } as const;
/** A greedy token is the first of its own trace, and costs one look at the logits; every other one costs two. */
const SAMPLINGS: Readonly<Record<string, SequenceEvaluateOptions>> = {
  sampled: { ...CUT, temperature: 0.8 },
  greedy: { ...CUT, temperature: 0 },
};
const PROMPT = "<|im_start|>user\nTell me a story about a cat.<|im_end|>\n<|im_start|>assistant\n";
const ROUNDS = 20;
/** Share of a token's time that its trace may take. */
const TARGET_PERCENT = 3;

/** What a trace adds to the processor time of a token of this model. */
export async function overheadRows(modelPath: string): Promise<BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  const log = createLog({ level: "silent", name: "bench" });
  const { context, model } = await loadLlama(loaded(modelPath), { log, stack, signal: new AbortController().signal });
  using sequence = context.getSequence();
  const prompt = model.tokenize(PROMPT, true);
  const rows: BenchRow[] = [];
  for (const [name, sampling] of Object.entries(SAMPLINGS))
    rows.push(...(await rowsOf(sequence, { name, sampling, prompt })));
  return rows;
}

interface Sampled {
  readonly name: string;
  readonly sampling: SequenceEvaluateOptions;
  readonly prompt: Token[];
}

/** Turn by turn with and without, so that both see the same machine; the median of each. */
async function rowsOf(sequence: LlamaContextSequence, { name, sampling, prompt }: Sampled): Promise<BenchRow[]> {
  const plain = async (): Promise<number> => {
    let tokens = 0;
    for await (const _ of sequence.evaluate(prompt, sampling)) tokens += 1;
    return tokens;
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
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [work, times] of [[plain, without] as const, [traced, withTrace] as const]) {
      await sequence.clearHistory();
      const before = process.cpuUsage();
      const tokens = await work();
      const { user, system } = process.cpuUsage(before);
      // The first round warms up.
      if (round > 0) times.push((user + system) / 1000 / tokens);
    }
  }
  const [value, reference] = [quantile(withTrace, 0.5), quantile(without, 0.5)];
  const percent = (value / reference - 1) * 100;
  return [
    { name: `token.${name}`, value, unit: "ms of a processor", reference, ratio: value / reference, met: true },
    {
      ...{ name: `token.${name}.overhead`, value: percent, unit: "%, this tiny model" },
      ...{ target: TARGET_PERCENT, met: percent <= TARGET_PERCENT },
    },
    { name: `token.${name}.kept`, value: leafBytes, unit: "bytes per token", met: true },
  ];
}
