import { TokenCounter } from "../../node/src/backend/counting/token-counter.ts";
import type { BenchRow } from "./rows.ts";
import { type Bench, openBench } from "./verify/bench.ts";
import { borderRows } from "./verify/borders.ts";
import { checkRows } from "./verify/checking.ts";
import { quantile } from "./verify/courses.ts";
import { honestRows } from "./verify/honest.ts";
import { kindRows } from "./verify/kinds.ts";
import { selectedRows } from "./verify/selected.ts";
import { traceCostRows } from "./verify/trace-cost.ts";
import { overheadRows } from "./verify/trace-overhead.ts";

const COUNTS = 200;

/** What it takes to find each kind of cheat, how often honest nodes are found, and what evidence costs. */
export async function run(): Promise<BenchRow[]> {
  await using bench = await openBench();
  const { modelPath, directory } = bench;
  return [
    ...(await kindRows(bench)),
    ...honestRows(bench),
    ...(await selectedRows(bench)),
    ...(await borderRows(bench)),
    ...(await checkRows(bench)),
    await countRow(bench),
    ...(await overheadRows(modelPath)),
    ...(await traceCostRows(modelPath, directory)),
  ];
}

/** An answer of a thousand characters, counted again by the process that does so: the way there and back included. */
async function countRow({ vocabulary }: Bench): Promise<BenchRow> {
  await using counter = new TokenCounter();
  const text = "Once upon a time, there was a cat. ".repeat(30);
  const messages = [{ role: "user" as const, content: "Tell me a story about a cat." }];
  const times: number[] = [];
  for (let count = 0; count <= COUNTS; count++) {
    const startedMs = performance.now();
    await counter.count({ vocabulary, messages, asOfSeconds: 0, text });
    if (count > 0) times.push(performance.now() - startedMs);
  }
  return { name: "count.answer", value: quantile(times, 0.5), unit: "ms", met: true };
}
