import type { Chain } from "../chain.ts";
import { blockAt } from "./block-at.ts";

/** Of what a node has to see of the chain's past at its start. */
export interface WatchMemory {
  watchedBlock(): number | undefined;
  noteWatched(blockNumber: number): void;
}

/** Read again after a start: a reorganisation may have replaced them meanwhile. */
const REORG_BLOCKS = 64;
/** Blocks between two notes of how far a watch has come. */
const NOTE_EVERY = 16;

/**
 * Where a watch goes on after a start: at the block up to which it was seen before, or, without a memory of that, so many
 * seconds back by the chain's clock. `seen` notes how far it has come.
 */
export async function watchFrom(
  chain: Chain,
  memory: WatchMemory,
  backSeconds: bigint,
): Promise<{ readonly fromBlock: number; readonly seen: (blockNumber: number) => void }> {
  const known = memory.watchedBlock();
  // Of another chain with the same name, as after a development chain's restart.
  const head = await chain.provider.getBlockNumber();
  const start =
    known === undefined || known > head ? await blockAt(chain, (await chain.nowSeconds()) - backSeconds) : known;
  let noted = start;
  return {
    fromBlock: Math.max(chain.startBlock, start - REORG_BLOCKS),
    seen: (blockNumber) => {
      if (blockNumber < noted + NOTE_EVERY) return;
      memory.noteWatched(blockNumber);
      noted = blockNumber;
    },
  };
}

/** The same for so many watches: what all of them have seen is noted. */
export function seenByAll(seen: (blockNumber: number) => void, count: number): ((blockNumber: number) => void)[] {
  const reached = Array.from({ length: count }, () => -1);
  return reached.map((_, index) => (blockNumber: number) => {
    reached[index] = blockNumber;
    const least = Math.min(...reached);
    if (least >= 0) seen(least);
  });
}
