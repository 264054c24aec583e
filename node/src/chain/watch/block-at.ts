import type { Chain } from "../chain.ts";
import { readFor } from "../reads.ts";

/**
 * The first block that is not older than a moment of the chain's clock, or the one after the head: where a search for what
 * still counts begins. By halving, so that it takes some 25 reads on any chain.
 */
export async function blockAt(chain: Chain, seconds: bigint): Promise<number> {
  let low = chain.startBlock;
  let high = (await readFor("the latest block", chain.provider.getBlockNumber())) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const block = await readFor("a block", chain.provider.getBlock(middle));
    // A server that does not have an old block any more has no logs of it either.
    if (block === null || BigInt(block.timestamp) < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}
