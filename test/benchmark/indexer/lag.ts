import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { Indexer } from "../../integration/indexer/ponder-process.ts";
import { percentile } from "../serving/percentile.ts";

const BLOCKS = 30;
const LOOK_MS = 10;
const DEADLINE_MS = 120_000;

/** 95th percentile of the seconds from a block until the tables have it, one block after the other. */
export async function lagOf(indexer: Indexer, nextBlock: () => Promise<number>): Promise<number> {
  const lags: number[] = [];
  for (let index = 0; index < BLOCKS; index++) {
    const block = await nextBlock();
    const before = performance.now();
    while ((await newest(indexer)) < block) {
      if (performance.now() - before > DEADLINE_MS) throw new Error(`Block ${block} is not indexed.`);
      await delay(LOOK_MS);
    }
    lags.push((performance.now() - before) / 1_000);
    // Else the look for the next one would always come at the same time after it.
    await delay(LOOK_MS * (index % 10) * 10);
  }
  return percentile(lags, 0.95);
}

async function newest({ url }: Indexer): Promise<number> {
  const status = (await (await fetch(`${url}/status`)).json()) as { lloom?: { block: { number: number } } };
  return status.lloom?.block.number ?? -1;
}
