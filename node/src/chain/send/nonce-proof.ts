import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { RetryingProvider } from "../rpc/provider.ts";

/** A nonce that the chain counts as used, without a receipt of those who might have used it. */
export interface UsedNonce {
  readonly account: Address;
  readonly nonce: number;
  /** Hashes that were signed for the nonce. */
  readonly sent: readonly Hex[];
  /** A block from before the first of them was sent. */
  readonly fromBlock: number;
  /** Blocks on top of a foreign transaction's own before it counts: a reorganisation may still drop it. */
  readonly depth: number;
  /** Whether the nonce has been used for so long that a receipt would be there. */
  readonly isOld: boolean;
}

/** Servers behind one address differ by some blocks. */
const SKEW_BLOCKS = 16;

/**
 * Who used a nonce, by proof: the block that holds the transaction, or, where no block shows one (a delegated account's
 * nonce moves without), a finalized block above it while nobody knows the own hashes. That a server knows no receipt
 * proves nothing; then the answer is "unknown". Throws what reading throws.
 */
export async function whoUsedNonce(
  provider: RetryingProvider,
  used: UsedNonce,
): Promise<"own" | "foreign" | "unknown"> {
  const head = await provider.getBlockNumber();
  const block = await findBlock(provider, used, head).catch(() => undefined);
  if (block !== undefined) {
    const found = await transactionIn(provider, block, used);
    if (found !== undefined) {
      if (used.sent.includes(found)) return "own";
      return block + used.depth <= head ? "foreign" : "unknown";
    }
  }
  return used.isOld && (await isFinallyGone(provider, used)) ? "foreign" : "unknown";
}

/** The first block after which the nonce counts as used. */
async function findBlock(
  provider: RetryingProvider,
  { account, nonce, fromBlock }: UsedNonce,
  head: number,
): Promise<number | undefined> {
  const isUsedAt = async (block: number): Promise<boolean> =>
    (await provider.getTransactionCount(account, block)) > nonce;
  let before = Math.max(0, Math.min(fromBlock, head) - SKEW_BLOCKS);
  let after = head;
  if (!(await isUsedAt(after)) || (await isUsedAt(before))) return undefined;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (await isUsedAt(middle)) after = middle;
    else before = middle;
  }
  return after;
}

/** The account's transaction of the nonce in a block; read as it comes, since rollups have types that ethers lacks. */
async function transactionIn(
  provider: RetryingProvider,
  block: number,
  { account, nonce }: UsedNonce,
): Promise<Hex | undefined> {
  const read: unknown = await provider.send("eth_getBlockByNumber", [`0x${block.toString(16)}`, true]);
  const transactions =
    typeof read === "object" && read !== null && "transactions" in read ? read.transactions : undefined;
  if (!Array.isArray(transactions)) return undefined;
  const found = transactions.find(
    ({ from, nonce: its }) => String(from).toLowerCase() === account && Number(its) === nonce,
  );
  return found === undefined ? undefined : (String(found.hash).toLowerCase() as Hex);
}

/** A finalized block has the nonce used, and neither pool nor chain knows any of the own hashes. */
async function isFinallyGone(provider: RetryingProvider, { account, nonce, sent }: UsedNonce): Promise<boolean> {
  if ((await provider.getTransactionCount(account, "finalized")) <= nonce) return false;
  for (const hash of sent) {
    if ((await provider.send("eth_getTransactionReceipt", [hash])) !== null) return false;
    if ((await provider.send("eth_getTransactionByHash", [hash])) !== null) return false;
  }
  return true;
}
