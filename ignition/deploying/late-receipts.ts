import { setTimeout as delay } from "node:timers/promises";
import { getAddress } from "ethers";
import type { EthereumProvider } from "hardhat/types/providers";
import { z } from "zod";
import { steadyClock } from "../../node/src/primitives/clock.ts";
import { addToJournal, journalLines, PLACE, stepOf } from "./journal.ts";

type Ask = Pick<EthereumProvider, "request">;

export interface LateReceiptsOptions {
  /** Of the deployment. */
  readonly folder: string;
  readonly deployer: string;
  /** Blocks, its own among them, after which Ignition takes a receipt for final. */
  readonly confirmations: number;
}

const lineSchema = z.discriminatedUnion("type", [
  z.object({
    ...PLACE,
    type: z.literal("TRANSACTION_SEND"),
    nonce: z.number(),
    transaction: z.object({ hash: z.string() }),
  }),
  z.object({ ...PLACE, type: z.literal("TRANSACTION_CONFIRM") }),
]);
type Line = z.infer<typeof lineSchema>;
type Sent = Extract<Line, { type: "TRANSACTION_SEND" }>;

const quantity = z.string().transform(Number);
const receiptSchema = z
  .object({
    blockHash: z.string(),
    blockNumber: quantity,
    contractAddress: z.string().transform(getAddress).nullable(),
    logs: z.array(
      z.object({
        address: z.string().transform(getAddress),
        data: z.string(),
        logIndex: quantity,
        topics: z.array(z.string()),
      }),
    ),
    status: quantity,
  })
  .nullable();
type Receipt = NonNullable<z.infer<typeof receiptSchema>>;

const POLL_MS = 500;
/** Servers know receipts later than counts; then the nonce was taken by something else, which Ignition looks into. */
const PATIENCE_MS = 120_000;

/**
 * Completes Ignition's journal after a run that ended before it had seen the receipts of all that it sent. When those of later
 * nonces came first, Ignition takes the highest nonce without a receipt for the last one that it used, finds that the chain
 * counts more, and does not go on, however often it is started.
 */
export async function recordLateReceipts(provider: Ask, options: LateReceiptsOptions): Promise<void> {
  const { folder, deployer } = options;
  const params = [deployer, "latest"];
  const used = quantity.parse(await provider.request({ method: "eth_getTransactionCount", params }));
  for (const tries of unconfirmed(journalLines(folder, lineSchema))) {
    if (tries.every(({ nonce }) => nonce >= used)) continue;
    const line = await confirmation(provider, tries, options);
    if (line !== undefined) addToJournal(folder, line);
  }
}

/** What was sent for each step whose receipt is not noted: several with other fees, if the first was too cheap. */
function unconfirmed(lines: readonly Line[]): Sent[][] {
  const done = new Set(lines.filter(({ type }) => type === "TRANSACTION_CONFIRM").map(stepOf));
  const sent = lines.filter((line) => line.type === "TRANSACTION_SEND").filter((line) => !done.has(stepOf(line)));
  return [...Map.groupBy(sent, stepOf).values()];
}

/** As Ignition writes it; `undefined` if none of the tries was mined. */
async function confirmation(provider: Ask, tries: readonly Sent[], { confirmations }: LateReceiptsOptions) {
  const deadline = steadyClock() + PATIENCE_MS;
  while (steadyClock() < deadline) {
    const head = quantity.parse(await provider.request({ method: "eth_blockNumber", params: [] }));
    for (const { futureId, networkInteractionId, transaction } of tries) {
      const { hash } = transaction;
      const receipt = receiptSchema.parse(
        await provider.request({ method: "eth_getTransactionReceipt", params: [hash] }),
      );
      if (receipt === null || head - receipt.blockNumber + 1 < confirmations) continue;
      return { futureId, hash, networkInteractionId, receipt: noted(receipt), type: "TRANSACTION_CONFIRM" };
    }
    await delay(POLL_MS);
  }
  return undefined;
}

function noted({ blockHash, blockNumber, contractAddress, logs, status }: Receipt) {
  const isDone = status === 1;
  const created = isDone && contractAddress !== null ? { contractAddress } : {};
  return { blockHash, blockNumber, ...created, logs, status: isDone ? "SUCCESS" : "FAILURE" };
}
