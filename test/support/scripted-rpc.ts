import type { Hex } from "@lloom/protocol/commitment-types";
import { FeeData, Transaction, type TransactionReceipt, type TransactionRequest } from "ethers";
import type { RetryingProvider } from "../../node/src/chain/rpc/provider.ts";
import { RpcError, type RpcErrorKind } from "../../node/src/chain/rpc/rpc-error.ts";

/** What the server makes of the raw transaction that it got as the so-manieth, from 1; throws to refuse it. */
type Reception = (transaction: Transaction, times: number) => void;
type Tag = "pending" | "latest" | "finalized" | number;

/** Answers of a server, each of which a test may replace. */
export interface RpcScript {
  receive: Reception;
  /** Looked for by hash. */
  receipt: (hash: Hex) => Partial<TransactionReceipt> | null;
  known: (hash: Hex) => object | null;
  count: (tag: Tag) => number;
  head: () => number;
  fees: () => FeeData;
  estimate: (call: TransactionRequest) => bigint;
  /** Rehearsals and replays of a call. */
  call: (tag: Tag | undefined, call: TransactionRequest) => string;
  /** Transactions of a block. */
  block: (number: number) => object | null;
}

/** No test needs so many: whoever asks more often goes round in a circle. */
const MOST_CALLS = 2_000;

/**
 * An RPC server in the place of faults that no chain can be brought to: it says what the test wants, in its own order. What
 * it was sent is kept. Told when it is asked without an end.
 */
export function scriptedRpc(script: Partial<RpcScript> = {}, onEndless: () => void = () => undefined) {
  let calls = 0;
  const counted =
    <Asked extends unknown[], Told>(answer: (...asked: Asked) => Told) =>
    async (...asked: Asked): Promise<Awaited<Told>> => {
      calls++;
      if (calls > MOST_CALLS) onEndless();
      return await answer(...asked);
    };
  const sent: Transaction[] = [];
  const answers: RpcScript = {
    receive: () => undefined,
    receipt: () => null,
    known: () => null,
    count: () => 0,
    head: () => 100,
    fees: () => new FeeData(null, 1000n, 10n),
    estimate: () => 100_000n,
    call: () => "0x",
    block: () => ({ transactions: [] }),
    ...script,
  };
  const send = async (method: string, [first]: readonly unknown[]): Promise<unknown> => {
    if (method === "eth_getTransactionReceipt") return answers.receipt(first as Hex);
    if (method === "eth_getTransactionByHash") return answers.known(first as Hex);
    if (method === "eth_getBlockByNumber") return answers.block(Number(first));
    if (method !== "eth_sendRawTransaction") throw new RpcError("invalid", { message: `no ${method} here` });
    const transaction = Transaction.from(String(first));
    sent.push(transaction);
    answers.receive(transaction, sent.length);
    return transaction.hash;
  };
  const provider = {
    send: counted(send),
    getTransactionReceipt: counted((hash: Hex) => answers.receipt(hash)),
    getTransactionCount: counted((_: string, tag: Tag) => answers.count(tag)),
    getBlockNumber: async () => answers.head(),
    getFeeData: async () => answers.fees(),
    estimateGas: async (call: TransactionRequest) => answers.estimate(call),
    call: async ({ blockTag, ...call }: TransactionRequest & { blockTag?: Tag }) => answers.call(blockTag, call),
    getBlock: async (tag: Tag) => answers.block(Number(tag)),
  };
  return { provider: provider as unknown as RetryingProvider, sent, answers };
}

/** A refusal of that kind; after a try whose answer was lost, if it is said. */
export const refusing = (kind: RpcErrorKind, isAfterLoss = false): RpcError =>
  new RpcError(kind, { code: -32000, message: `${kind}, it says` }, isAfterLoss);

/** A receipt that has so many confirmations. */
export const receiptOf = (hash: Hex, confirmations = 1): Partial<TransactionReceipt> => ({
  hash,
  status: 1,
  blockNumber: 101,
  gasUsed: 50_000n,
  confirmations: async () => confirmations,
});
