import type { Address, Hex, Receipt } from "@lloom/protocol/commitment-types";
import { accountingV2Facts } from "@lloom/protocol/generated/facts";
import { type Rejection, rejectionOf } from "@lloom/protocol/rejections";
import { type Log as ChainLog, keccak256, toUtf8Bytes } from "ethers";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import type { ContractCall } from "../contract-call.ts";
import { accountingInterface } from "../contracts.ts";
import { settleGas } from "../send/gas.ts";
import type { Mined, SendOptions } from "../send/sender.ts";
import { senderOf } from "./actions.ts";

/** Most pairs of one call. */
export const SETTLE_PAIRS = Number(accountingV2Facts.MAX_PAIRS);

/** What became of one receipt. Amounts in base units. */
export type PairOutcome = { readonly receipt: Receipt } & (
  | {
      readonly status: "paid";
      readonly transactionHash: Hex;
      readonly acknowledgedPaid: bigint;
      readonly tailPaid: bigint;
      /** Paid for the lane ever. */
      readonly laneCost: bigint;
      /** Still due: the channel or the stake's capacity did not cover it. */
      readonly unpaid: bigint;
      readonly channelBalance: bigint;
    }
  | { readonly status: "rejected"; readonly transactionHash: Hex; readonly reason: Rejection }
  /** Its transaction failed or its end is not known; the ones before went through. */
  | { readonly status: "failed"; readonly error: LloomError }
);

export interface SettleOutcome {
  readonly transactions: readonly Mined[];
  /** Of all transactions together. */
  readonly gasUsed: bigint;
  /** In the order of the receipts. */
  readonly pairs: readonly PairOutcome[];
}

/**
 * Settles receipts, the newest of each lane, in as few transactions as the contract allows. A bad pair is rejected by the
 * contract without harm to the others.
 * @throws LloomError as `TransactionSender.send`, when already the first transaction fails: nothing was settled then,
 * unless the error says that it may still be mined.
 */
export async function settle(
  chain: Chain,
  receipts: readonly Receipt[],
  options: SendOptions = {},
): Promise<SettleOutcome> {
  const transactions: Mined[] = [];
  const pairs: PairOutcome[] = [];
  for (let start = 0; start < receipts.length; start += SETTLE_PAIRS) {
    const chunk = receipts.slice(start, start + SETTLE_PAIRS);
    try {
      const mined = await senderOf(chain).send(settleCall(chain, chunk), options);
      transactions.push(mined);
      pairs.push(...outcomesOf(chain, chunk, mined));
    } catch (thrown) {
      const error = asLloomError(thrown, "TRANSACTION_FAILED");
      if (start === 0) throw error;
      pairs.push(...receipts.slice(start).map((receipt): PairOutcome => ({ receipt, status: "failed", error })));
      break;
    }
  }
  return { transactions, gasUsed: transactions.reduce((sum, { gasUsed }) => sum + gasUsed, 0n), pairs };
}

/** Why the contract would not accept a receipt now, or "None". */
export async function checkPair(chain: Chain, receipt: Receipt): Promise<Rejection> {
  return rejectionOf(await chain.contracts.accounting.checkPair(pairOf(receipt)));
}

/** A receipt as calldata: the model's name by its hash. */
export const pairOf = (receipt: Receipt) => ({ ...receipt, request: hashedModel(receipt.request) });

/** A request as calldata. */
export const hashedModel = (request: Receipt["request"]) => ({
  ...request,
  model: keccak256(toUtf8Bytes(request.model)),
});

/** The call that settles so many receipts, at most `SETTLE_PAIRS`. */
export function settleCall(chain: Chain, receipts: readonly Receipt[]): ContractCall {
  const data = accountingInterface.encodeFunctionData("settle", [receipts.map(pairOf)]) as Hex;
  const what = `settle ${receipts.length} ${receipts.length === 1 ? "lane" : "lanes"}`;
  const gasLimit = settleGas(receipts.length);
  return { what, to: chain.accounting, data, gasLimit };
}

/** The contract judges pairs in order, one event each: a rejection carries its index, the others settle one by one. */
function outcomesOf(
  chain: Chain,
  receipts: readonly Receipt[],
  { receipt: mined, transactionHash }: Mined,
): PairOutcome[] {
  const events = mined.logs.filter(({ address }) => sameAddress(address, chain.accounting)).map(parse);
  const rejected = new Map<number, Rejection>();
  for (const event of events) {
    if (event?.name !== "PairRejected") continue;
    rejected.set(Number(event.args["index"]), rejectionOf(event.args["reason"]));
  }
  const settled = events.filter((event) => event?.name === "LaneSettled").values();
  return receipts.map((receipt, index) => {
    const reason = rejected.get(index);
    if (reason !== undefined) return { receipt, status: "rejected", transactionHash, reason };
    const args = settled.next().value?.args;
    if (args === undefined) throw silent(transactionHash);
    const amount = (name: string): bigint => BigInt(args[name]);
    return {
      receipt,
      status: "paid",
      transactionHash,
      acknowledgedPaid: amount("acknowledgedPaid"),
      tailPaid: amount("tailPaid"),
      laneCost: amount("laneCost"),
      unpaid: amount("unpaid"),
      channelBalance: amount("channelBalance"),
    };
  });
}

/** Without its event nobody knows what was paid for a lane: not nothing, but what the chain has of it. */
const silent = (transactionHash: Hex): LloomError =>
  new LloomError(
    "CHAIN_UNREACHABLE",
    `The RPC server's receipt of ${transactionHash} does not say what became of every lane.`,
  );

const parse = ({ topics, data }: ChainLog) => accountingInterface.parseLog({ topics, data });
const sameAddress = (a: string, b: Address): boolean => a.toLowerCase() === b;
