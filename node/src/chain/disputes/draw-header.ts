import { encodeHeader, type RpcBlock } from "@lloom/protocol/block-headers";
import type { Hex } from "@lloom/protocol/commitment-types";
import { toQuantity } from "ethers";
import type { Chain } from "../chain.ts";
import { readFor } from "../reads.ts";

/**
 * RLP of a block's header, which proves the seed of a draw; `undefined` while the chain has not come so far, or the server does
 * not have the block any more. Throws CHAIN_MISMATCH for a header with fields that are not known here.
 */
export async function readHeader(chain: Chain, blockNumber: bigint): Promise<Hex | undefined> {
  const asked = chain.provider.send("eth_getBlockByNumber", [toQuantity(blockNumber), false]);
  const block: unknown = await readFor("a block", asked);
  return block === null || block === undefined ? undefined : encodeHeader(block as RpcBlock);
}
