import { settlementTransaction } from "ponder:schema";
import type { Hex } from "viem";
import { added } from "./rollups.ts";
import type { Db } from "./totals.ts";

interface Submitted {
  readonly block: { readonly number: bigint; readonly timestamp: bigint };
  readonly transaction: { readonly hash: Hex; readonly from: Hex };
  readonly transactionReceipt: { readonly gasUsed: bigint; readonly effectiveGasPrice: bigint };
}

type Counts = Readonly<{ settlementCount?: number; rejectionCount?: number; requests?: bigint; paid?: bigint }>;

/** Counts a pair for the transaction that brought it, whose gas is counted once. */
export async function countInTransaction(db: Db, event: Submitted, counts: Counts): Promise<void> {
  const { block, transaction, transactionReceipt } = event;
  await db
    .insert(settlementTransaction)
    .values({
      hash: transaction.hash,
      submitter: transaction.from,
      gasUsed: transactionReceipt.gasUsed,
      gasPrice: transactionReceipt.effectiveGasPrice,
      block: block.number,
      timestamp: Number(block.timestamp),
      ...counts,
    })
    .onConflictDoUpdate((row) => added<Counts>(row, counts));
}
