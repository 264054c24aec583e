import { openChain } from "../../node/src/chain/chain.ts";
import { createLog } from "../../node/src/log.ts";
import type { BenchRow } from "./rows.ts";
import { measuredRun, type RunOptions } from "./serving/run-options.ts";
import type { Serving } from "./serving/serving.ts";
import { WORKERS, type Worker } from "./serving/work-meter.ts";
import { residentMegabytes, type Sample, slopePerHour } from "./soak/resident-memory.ts";
import { type SoakBooks, soakBooks } from "./soak/soak-books.ts";

const TARGETS = { executorRss: 150, gatewayRss: 200, slope: 1, tasks: 3_000_000 };

const LOAD = { tokens: 16, mostCalls: 100_000, mostMs: 10_000 };
/** Before memory is looked at: code is compiled by then, and caches hold what they hold. */
const WARM_SHARE = 0.25;
const MINUTE_MS = 60_000;

/** Answers without a pause for so many minutes, and then what memory, both logs and the chain say. */
export const run = (options: SoakOptions): Promise<BenchRow[]> =>
  measuredRun(options, (serving) => measure(serving, options));

interface SoakOptions extends RunOptions {
  readonly minutes: number;
  /** Answers at once. */
  readonly parallel: number;
}

interface Soaked {
  readonly answers: number;
  readonly errors: number;
  readonly elapsedMs: number;
  readonly memory: Readonly<Record<Worker, readonly Sample[]>>;
}

async function measure(serving: Serving, options: SoakOptions): Promise<BenchRow[]> {
  const soaked = await soak(serving, options);
  const books = await closeBooks(serving);
  return rowsOf(serving, soaked, books);
}

async function soak({ lloom, run, say, meter }: Serving, { minutes, parallel }: SoakOptions): Promise<Soaked> {
  const lengthMs = minutes * MINUTE_MS;
  const load = { ...LOAD, parallel };
  const memory: Record<Worker, Sample[]> = { gateway: [], executor: [] };
  let [answers, errors, elapsedMs] = [0, 0, 0];
  while (elapsedMs < lengthMs) {
    const done = await meter.watch(
      () => run({ kind: "calls", target: lloom, ...load, mostMs: Math.min(LOAD.mostMs, lengthMs - elapsedMs) }),
      ({ tookMs }) => tookMs.length,
    );
    answers += done.tookMs.length;
    errors += done.errors;
    elapsedMs += done.elapsedMs;
    for (const worker of WORKERS)
      memory[worker].push({ atMs: elapsedMs, value: residentMegabytes(meter.pids[worker]) });
    const rss = WORKERS.map((worker) => `${worker} ${memory[worker].at(-1)?.value.toFixed(0)} MB`).join(", ");
    say(`${(elapsedMs / MINUTE_MS).toFixed(1)} min: ${answers} answers, ${errors} errors, ${rss}`);
  }
  return { answers, errors, elapsedMs, memory };
}

/** Ends both, which settles everything, and compares what they and the chain hold. */
async function closeBooks({ network, signal, say }: Serving): Promise<SoakBooks> {
  const { gateway, executor, rpcUrl, deployment } = network;
  say("settling");
  await gateway.process.kill("SIGINT");
  await executor.process.kill("SIGINT");
  const log = createLog({ level: "silent", name: "bench" });
  await using chain = await openChain({ rpcUrl, accounting: deployment.accounting, signal, log });
  return await soakBooks(chain, network);
}

function rowsOf({ meter }: Serving, { answers, errors, elapsedMs, memory }: Soaked, books: SoakBooks): BenchRow[] {
  const warm = (worker: Worker): readonly Sample[] =>
    memory[worker].filter(({ atMs }) => atMs >= elapsedMs * WARM_SHARE);
  const most = (worker: Worker): number => Math.max(...memory[worker].map(({ value }) => value));
  const slope = Math.max(...WORKERS.map((worker) => slopePerHour(warm(worker))));
  const tasks = (answers * 60 * MINUTE_MS) / elapsedMs;
  const atMost = (name: string, unit: string, [value, target]: readonly [number, number]): BenchRow => ({
    ...{ name, value, unit, target, met: value <= target },
  });
  // What came through and is in no log, what one log alone has, and what was to be paid and was not.
  const lost = Math.max(0, answers - books.receipts) + books.differing;
  const plain = (name: string, value: number, unit: string): BenchRow => ({ name, value, unit, met: true });
  return [
    atMost("executor.rss", "MB", [most("executor"), TARGETS.executorRss]),
    atMost("gateway.rss", "MB", [most("gateway"), TARGETS.gatewayRss]),
    atMost("rss.slope", "MB/h", [slope, TARGETS.slope]),
    {
      ...{ name: "tasks.per.hour", value: tasks, unit: "answers" },
      ...{ target: TARGETS.tasks, met: tasks >= TARGETS.tasks },
    },
    atMost("lost", "answers", [lost, 0]),
    atMost("paidTwice", "base units", [Number(books.paidTwice), 0]),
    atMost("unpaid", "base units", [Number(books.unpaid), 0]),
    atMost("errors", "answers", [errors, 0]),
    ...WORKERS.map((worker) => plain(`${worker}.cpu`, meter.cpuMs(worker), "ms")),
  ];
}
