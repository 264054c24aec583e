import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { createCommitmentHasher } from "@lloom/protocol/commitments";
import * as abis from "@lloom/protocol/generated/abi";
import { Interface, Result } from "ethers";
import type { Market } from "../../../support/contracts/market.ts";
import { logReaders } from "../raw-logs.ts";

/** An event as its log has it: texts in lower case, all numbers as bigint. */
export interface Happened {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly address: string;
  /** As the index writes the place of a log in its chain: its block's time, the chain, the block, the transaction, 5 for logs, the log. */
  readonly id: string;
  readonly block: number;
  readonly timestamp: number;
  readonly transactionHash: string;
}

/** A transaction of which more than its logs is needed. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly gasUsed: bigint;
  readonly gasPrice: bigint;
}

/** All that the chain has. */
export interface ChainEvents {
  readonly events: readonly Happened[];
  readonly sent: ReadonlyMap<string, Sent>;
  /** When answers were finished, by the digests of their responses. */
  readonly answerTimes: ReadonlyMap<string, number>;
}

/** Events in whose rows something of the transaction stands. */
const OF_TRANSACTIONS: ReadonlySet<string> = new Set(["LaneSettled", "PairRejected", "AnswerRevealed"]);
const BLOCKS_AT_A_TIME = 200;

interface RpcLog {
  readonly address: string;
  readonly topics: string[];
  readonly data: string;
  readonly blockNumber: Hex;
  readonly transactionIndex: Hex;
  readonly logIndex: Hex;
  readonly transactionHash: string;
}

/** Reads every log of the deployment, and what else its rows are made of, by plain calls of the chain. */
export async function readChain(market: Market, audits: string): Promise<ChainEvents> {
  const { provider } = market.connection;
  const ask = <Answer>(method: string, ...params: unknown[]) => provider.request({ method, params }) as Promise<Answer>;
  const readers = logReaders(market, audits);
  const head = Number(await ask<Hex>("eth_blockNumber"));
  const events: Happened[] = [];
  const times = new Map<string, number>();
  const quantity = (value: number) => `0x${value.toString(16)}`;
  for (let from = 0; from <= head; from += BLOCKS_AT_A_TIME) {
    const range = { fromBlock: quantity(from), toBlock: quantity(Math.min(head, from + BLOCKS_AT_A_TIME - 1)) };
    for (const log of await ask<RpcLog[]>("eth_getLogs", { address: [...readers.keys()], ...range })) {
      const parsed = readers.get(log.address.toLowerCase())?.parseLog(log) ?? null;
      if (parsed === null) continue;
      if (!times.has(log.blockNumber)) {
        const { timestamp } = await ask<{ timestamp: Hex }>("eth_getBlockByNumber", log.blockNumber, false);
        times.set(log.blockNumber, Number(timestamp));
      }
      const timestamp = times.get(log.blockNumber) ?? 0;
      const args = plain(parsed.args) as Happened["args"];
      const [block, address] = [Number(log.blockNumber), log.address.toLowerCase()];
      const place = placeOf(log, timestamp, Number(market.domain.chainId));
      events.push({
        name: parsed.name,
        args,
        address,
        id: place,
        block,
        timestamp,
        transactionHash: log.transactionHash,
      });
    }
  }
  return { events, ...(await readSent(market, ask, events)) };
}

const digits = (value: Hex | number, count: number): string => String(Number(value)).padStart(count, "0");

const placeOf = ({ blockNumber, transactionIndex, logIndex }: RpcLog, timestamp: number, chainId: number): string =>
  `${digits(timestamp, 10)}${digits(chainId, 16)}${digits(blockNumber, 16)}${digits(transactionIndex, 16)}5${digits(logIndex, 16)}`;

async function readSent(
  market: Market,
  ask: <Answer>(method: string, ...params: unknown[]) => Promise<Answer>,
  events: readonly Happened[],
): Promise<Pick<ChainEvents, "sent" | "answerTimes">> {
  const sent = new Map<string, Sent>();
  const answerTimes = new Map<string, number>();
  const escrow = new Interface(abis.accountingV2Abi);
  const { chainId, verifyingContract } = market.domain;
  const hasher = createCommitmentHasher({ chainId: BigInt(chainId ?? 0), accounting: verifyingContract as Address });
  for (const { name, transactionHash: hash } of events) {
    if (!OF_TRANSACTIONS.has(name) || sent.has(hash)) continue;
    const call = await ask<{ from: string; to: string; input: string }>("eth_getTransactionByHash", hash);
    const receipt = await ask<{ gasUsed: Hex; effectiveGasPrice: Hex }>("eth_getTransactionReceipt", hash);
    const took = { gasUsed: BigInt(receipt.gasUsed), gasPrice: BigInt(receipt.effectiveGasPrice) };
    sent.set(hash, { from: call.from.toLowerCase(), to: call.to.toLowerCase(), ...took });
    const parsed = escrow.parseTransaction({ data: call.input });
    const pairs = parsed?.name === "settle" ? (parsed.args[0] as Result[]) : [];
    const responses = parsed?.name === "processRequest" ? [parsed.args[1]] : pairs.map((pair) => pair["response"]);
    for (const response of responses as Result[]) {
      const said = plain(response) as { timestamp: bigint };
      answerTimes.set(hasher.hashResponse(said as never), Number(said.timestamp));
    }
  }
  return { sent, answerTimes };
}

/** Names with values, however deep. */
function plain(value: unknown): unknown {
  if (typeof value === "string") return value.startsWith("0x") ? value.toLowerCase() : value;
  if (!(value instanceof Result)) return value;
  return Object.fromEntries(Object.entries(value.toObject()).map(([name, member]) => [name, plain(member)]));
}
