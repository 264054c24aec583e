import { performance } from "node:perf_hooks";
import { cpuSeconds } from "../../../devnet/src/cpu-time.ts";
import { type Indexer, type IndexerSettings, startIndexer } from "../../integration/indexer/ponder-process.ts";

/** An index that has read the past, and what that took. */
export interface Backfilled {
  readonly indexer: Indexer;
  /** From the first block that was asked for until all indexes of the tables are built. */
  readonly seconds: number;
  /** Of the index's process, its start included. */
  readonly processorSeconds: number;
  /** Its start included. */
  readonly wholeSeconds: number;
}

/** Starts an index and waits for it; the times are those of its own log, which names them to the millisecond. */
export async function backfill(settings: IndexerSettings): Promise<Backfilled> {
  const before = performance.now();
  const indexer = await startIndexer(settings);
  const wholeSeconds = (performance.now() - before) / 1_000;
  const printed = indexer.program.printed();
  const [from, to] = [timeOf(printed, "Started backfill indexing"), timeOf(printed, "endpoint=/ready")];
  const processorSeconds = cpuSeconds(indexer.program.pid) ?? 0;
  return { indexer, seconds: (to - from + DAY_SECONDS) % DAY_SECONDS, processorSeconds, wholeSeconds };
}

const DAY_SECONDS = 86_400;

/** Second of the day at which a line was printed first. */
function timeOf(printed: string, words: string): number {
  const line = printed.split("\n").find((one) => one.includes(words)) ?? "";
  const [, hours, minutes, seconds] = /(\d\d):(\d\d):(\d\d\.\d+)/.exec(line) ?? [];
  if (seconds === undefined)
    throw new Error(`The index never printed "${words}" with a time:\n${printed.slice(-2_000)}`);
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
}
