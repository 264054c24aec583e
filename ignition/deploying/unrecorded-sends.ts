import type { EthereumProvider } from "hardhat/types/providers";
import { z } from "zod";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { addToJournal, journalLines, PLACE, stepOf } from "./journal.ts";

type Ask = Pick<EthereumProvider, "request">;

const lineSchema = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("NETWORK_INTERACTION_REQUEST"),
    futureId: z.string(),
    networkInteraction: z.object({ id: z.number(), to: z.string().optional(), data: z.string().optional() }),
  }),
  z.object({ type: z.literal("TRANSACTION_PREPARE_SEND"), ...PLACE, nonce: z.number() }),
  z.object({ type: z.literal("TRANSACTION_SEND"), ...PLACE, nonce: z.number() }),
]);
type Line = z.infer<typeof lineSchema>;
type Prepared = Extract<Line, { type: "TRANSACTION_PREPARE_SEND" }>;

const quantity = z.string().transform(BigInt);
const transactionSchema = z.object({
  hash: z.string(),
  from: z.string(),
  to: z.string().nullish(),
  nonce: quantity,
  input: z.string(),
  maxFeePerGas: quantity.optional(),
  maxPriorityFeePerGas: quantity.optional(),
  gasPrice: quantity.optional(),
});
type Transaction = z.infer<typeof transactionSchema>;
const blockSchema = z.object({ transactions: z.array(transactionSchema) }).nullable();

/**
 * Completes Ignition's journal after a run that ended between sending a transaction and writing its hash down. Ignition takes
 * the nonce's transaction for a stranger's then, and deploys once more; where that cannot be done twice, as with the wiring of
 * the registry, it never ends. The transaction is found on the chain by account and nonce, and only counts if it does what the
 * journal meant to do.
 */
export async function recordUnrecordedSends(provider: Ask, folder: string, from: string): Promise<string[]> {
  const lines = journalLines(folder, lineSchema);
  const found: string[] = [];
  for (const prepared of unrecorded(lines)) {
    const transaction = await transactionOf(provider, from, prepared.nonce);
    if (transaction === undefined || !isMeant(transaction, prepared, lines)) continue;
    addToJournal(folder, sendLine(prepared, transaction));
    found.push(transaction.hash);
  }
  return found;
}

/** What was about to be sent when the journal ends. */
function unrecorded(lines: readonly Line[]): Prepared[] {
  const sent = new Set(lines.flatMap((line) => (line.type === "TRANSACTION_SEND" ? [keyOf(line)] : [])));
  const prepared = lines.filter((line) => line.type === "TRANSACTION_PREPARE_SEND");
  return [...new Map(prepared.map((line) => [keyOf(line), line])).values()].filter((line) => !sent.has(keyOf(line)));
}

const keyOf = (line: Pick<Prepared, "futureId" | "networkInteractionId" | "nonce">) => `${stepOf(line)} ${line.nonce}`;

function isMeant({ to, input }: Transaction, { futureId, networkInteractionId }: Prepared, lines: readonly Line[]) {
  return lines.some(
    (line) =>
      line.type === "NETWORK_INTERACTION_REQUEST" &&
      line.futureId === futureId &&
      line.networkInteraction.id === networkInteractionId &&
      (line.networkInteraction.to ?? "").toLowerCase() === (to ?? "").toLowerCase() &&
      line.networkInteraction.data?.toLowerCase() === input.toLowerCase(),
  );
}

/** As Ignition writes it. */
const sendLine = (
  { futureId, networkInteractionId, nonce }: Prepared,
  { hash, gasPrice, maxFeePerGas, maxPriorityFeePerGas }: Transaction,
) => ({
  futureId,
  networkInteractionId,
  nonce,
  transaction: {
    fees:
      maxFeePerGas === undefined || maxPriorityFeePerGas === undefined
        ? { gasPrice: integer(gasPrice ?? 0n) }
        : { maxFeePerGas: integer(maxFeePerGas), maxPriorityFeePerGas: integer(maxPriorityFeePerGas) },
    hash,
  },
  type: "TRANSACTION_SEND",
});
const integer = (value: bigint) => ({ _kind: "bigint", value: String(value) });

const hexOf = (value: number): string => `0x${value.toString(16)}`;

/**
 * The account's transaction of a nonce: of the block in which the count passed it, or among those that wait for one. Throws an
 * ExplainedError for one that the chain counts and the server does not show: taking it for nothing would send it twice.
 */
async function transactionOf(provider: Ask, from: string, nonce: number): Promise<Transaction | undefined> {
  const countAt = async (block: string): Promise<number> =>
    Number(quantity.parse(await provider.request({ method: "eth_getTransactionCount", params: [from, block] })));
  if ((await countAt("latest")) <= nonce) {
    const waiting = await findIn(provider, "pending", from, nonce);
    // It may have got into a block between the two questions.
    if (waiting !== undefined || (await countAt("latest")) <= nonce) return waiting;
  }
  let [below, above] = [0, Number(quantity.parse(await provider.request({ method: "eth_blockNumber", params: [] })))];
  while (above - below > 1) {
    const middle = Math.floor((below + above) / 2);
    // Servers forget the state of old blocks; what is looked for is newer.
    const count = await countAt(hexOf(middle)).catch(() => 0);
    if (count > nonce) above = middle;
    else below = middle;
  }
  const found = (await findIn(provider, hexOf(above), from, nonce)) ?? (await findIn(provider, "latest", from, nonce));
  if (found !== undefined) return found;
  throw new ExplainedError(
    `An earlier run may have sent nonce ${nonce} of ${from}, which the chain counts and the RPC server does not show.`,
    "Try again later, or set LLOOM_RPC_URL to a server that keeps the state of older blocks.",
  );
}

async function findIn(provider: Ask, block: string, from: string, nonce: number): Promise<Transaction | undefined> {
  const { transactions } = blockSchema.parse(
    await provider.request({ method: "eth_getBlockByNumber", params: [block, true] }),
  ) ?? { transactions: [] };
  return transactions.find((one) => one.from.toLowerCase() === from.toLowerCase() && one.nonce === BigInt(nonce));
}
