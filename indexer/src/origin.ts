import type { Hex } from "viem";

interface Located {
  readonly id: string;
  readonly block: { readonly number: bigint; readonly timestamp: bigint };
  readonly transaction: { readonly hash: Hex };
}

/** The columns that tell which event a row comes from. Ids sort in the order in which things happened. */
export const originOf = ({ id, block, transaction }: Located) => ({
  id,
  block: block.number,
  timestamp: Number(block.timestamp),
  transactionHash: transaction.hash,
});
