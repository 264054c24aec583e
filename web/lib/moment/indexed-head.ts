import { record } from "../readers.ts";

/** How far the indexer is: its newest block and that block's time. */
export interface IndexedHead {
  readonly chainId: number;
  readonly block: number;
  readonly timestamp: number;
}

/** Reads `_meta`; undefined while the indexer has no block. */
export function readIndexedHead(meta: unknown): IndexedHead | undefined {
  const { status } = record(meta, "_meta");
  const [chain] = Object.values(record(status, "_meta.status"));
  if (chain === undefined) return undefined;
  const { id, block } = record(chain, "_meta.status.chain");
  const { number, timestamp } = record(block, "_meta.status.chain.block");
  return { chainId: Number(id), block: Number(number), timestamp: Number(timestamp) };
}
