import * as abis from "@lloom/protocol/generated/abi";
import { Interface, type LogDescription, type Result, type TypedDataDomain } from "ethers";
import { EXECUTOR_ROLE, type Market } from "../../support/contracts/market.ts";
import { hashResponse } from "../../support/contracts/typed-data.ts";

/** An event as its log has it: addresses and hashes in lower case, all numbers as bigint. */
export interface RawEvent {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly address: string;
  readonly block: number;
  readonly timestamp: number;
  readonly transactionHash: string;
}

/** What a transaction was and took. */
export interface RawTransaction {
  readonly hash: string;
  readonly from: string;
  readonly to: string;
  readonly input: string;
  readonly timestamp: number;
  readonly gasUsed: bigint;
  readonly gasPrice: bigint;
}

/** The chain's past, read without the index. */
export interface RawPast {
  readonly events: readonly RawEvent[];
  /** Of transactions of the escrow. */
  readonly transactions: ReadonlyMap<string, RawTransaction>;
  /** Time of the newest block. */
  readonly now: number;
  /** What makes an executor active, base units. */
  readonly executorMinimum: bigint;
  /** When answers were finished, by the digests of their responses. */
  readonly answerTimes: ReadonlyMap<string, number>;
}

/** The contracts whose events the index reads. */
const CONTRACTS = {
  accounting: abis.accountingV2Abi,
  stakeRegistry: abis.stakeRegistryAbi,
  disputes: abis.equivocationDisputesAbi,
  delivery: abis.deliveryDisputesAbi,
  measured: abis.measuredDisputesAbi,
  deposits: abis.measuredDepositsAbi,
  jury: abis.juryAbi,
} as const;

/** What reads the logs of each contract, by its address in lower case. */
export function logReaders(market: Market, audits: string): ReadonlyMap<string, Interface> {
  const readers = new Map<string, Interface>([[audits.toLowerCase(), new Interface(abis.auditsAbi)]]);
  for (const [name, abi] of Object.entries(CONTRACTS))
    readers.set(market[name as keyof typeof CONTRACTS].address.toLowerCase(), new Interface(abi));
  return readers;
}

/** Reads every log of the deployment, with the blocks and the escrow's transactions. `audits` may be another contract than the market's own. */
export async function readPast(market: Market, audits: string = market.audits.address): Promise<RawPast> {
  const { provider } = market.connection.ethers;
  const readers = logReaders(market, audits);
  const logs = await provider.getLogs({ address: [...readers.keys()], fromBlock: 0 });
  const numbers = [...new Set(logs.map(({ blockNumber }) => blockNumber))];
  const times = new Map<number, number>();
  for (const number of numbers) times.set(number, (await provider.getBlock(number))?.timestamp ?? 0);
  const events = logs.flatMap((log) => {
    const parsed = readers.get(log.address.toLowerCase())?.parseLog(log) ?? null;
    if (parsed === null) return [];
    const { address, blockNumber: block, transactionHash } = log;
    const at = { address: address.toLowerCase(), block, timestamp: times.get(block) ?? 0, transactionHash };
    return [{ name: parsed.name, args: argsOf(parsed), ...at }];
  });
  const now = (await provider.getBlock("latest"))?.timestamp ?? 0;
  const executorMinimum = (await market.stakeRegistry.read("minimumStake", EXECUTOR_ROLE)) as bigint;
  const transactions = await transactionsOf(market, events);
  const answerTimes = timesIn(transactions.values(), market.domain);
  return { events, transactions, now, executorMinimum, answerTimes };
}

async function transactionsOf(
  market: Market,
  events: readonly RawEvent[],
): Promise<ReadonlyMap<string, RawTransaction>> {
  const { provider } = market.connection.ethers;
  const found = new Map<string, RawTransaction>();
  for (const { name, transactionHash: hash, timestamp } of events) {
    if ((name !== "LaneSettled" && name !== "PairRejected") || found.has(hash)) continue;
    const [sent, receipt] = [await provider.getTransaction(hash), await provider.getTransactionReceipt(hash)];
    if (sent === null || receipt === null) throw new Error(`the chain has no transaction ${hash}`);
    const { gasUsed, gasPrice } = receipt;
    const parties = { from: sent.from.toLowerCase(), to: (sent.to ?? "").toLowerCase() };
    found.set(hash, { hash, ...parties, input: sent.data, timestamp, gasUsed, gasPrice });
  }
  return found;
}

/** Of all answers in calls of the escrow. */
function timesIn(transactions: Iterable<RawTransaction>, domain: TypedDataDomain): ReadonlyMap<string, number> {
  const escrow = new Interface(abis.accountingV2Abi);
  const times = new Map<string, number>();
  for (const { input } of transactions) {
    const call = escrow.parseTransaction({ data: input });
    const pairs = call?.name === "settle" ? (call.args[0] as Result[]) : [];
    const responses = call?.name === "processRequest" ? [call.args[1]] : pairs.map((pair) => pair["response"]);
    for (const response of responses as Result[]) {
      const said = response.toObject();
      times.set(hashResponse(domain, said as never), Number(said["timestamp"]));
    }
  }
  return times;
}

const argsOf = ({ fragment, args }: LogDescription): RawEvent["args"] =>
  Object.fromEntries(fragment.inputs.map(({ name }, index) => [name, plain(args[index])]));

const plain = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value);
