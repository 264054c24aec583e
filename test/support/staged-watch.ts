/** A watch at a server that says what a test wants, turn by turn. */
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { expect } from "vitest";
import type { Chain } from "../../node/src/chain/chain.ts";
import { accountingInterface } from "../../node/src/chain/contracts.ts";
import type { ChainEvent } from "../../node/src/chain/watch/events.ts";
import { type WatchOptions, watchChain } from "../../node/src/chain/watch/watch.ts";
import { recordingLog } from "./hosts.ts";

export const ACCOUNTING: Address = `0x${"ac".repeat(20)}`;
export const STAKES: Address = `0x${"5e".repeat(20)}`;
export const CLIENT: Address = `0x${"c1".repeat(20)}`;
export const EXECUTOR: Address = `0x${"ee".repeat(20)}`;
export const hashOf = (block: number, fork = 0): Hex => `0x${(block * 16 + fork).toString(16).padStart(64, "0")}`;

interface LogPlace {
  readonly block: number;
  readonly index?: number;
  readonly amount?: bigint;
  readonly tx?: number;
  readonly fork?: number;
}

/** The log of an allocation; its amount tells it from others. */
export function allocated({ block, index = 0, amount = 1n, tx = block, fork = 0 }: LogPlace) {
  const values = [CLIENT, EXECUTOR, amount, amount, amount];
  const { data, topics } = accountingInterface.encodeEventLog("Allocated", values);
  const place = { blockNumber: block, blockHash: hashOf(block, fork), transactionHash: hashOf(tx), index };
  return { ...place, address: ACCOUNTING, topics, data };
}
type StagedLog = ReturnType<typeof allocated>;
export interface Filter {
  readonly address: readonly Address[];
  readonly topics: readonly (string | null)[];
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** One turn of the watch: the head that it finds, and what the server says then. */
export interface Turn {
  readonly head: number | Error;
  readonly logs?: readonly StagedLog[];
  readonly refuse?: (filter: Filter) => Error | undefined;
  readonly block?: (number: number) => unknown;
}

/** Watches through these turns, and ends with the last. */
export async function watch(
  turns: readonly Turn[],
  options: Partial<WatchOptions> = {},
  without: readonly ("onProgress" | "onRemoved")[] = [],
) {
  const stop = new AbortController();
  const reads: Filter[] = [];
  const [seen, removed]: [ChainEvent[], ChainEvent[]] = [[], []];
  const progress: number[] = [];
  const asked: number[] = [];
  let at = -1;
  const provider = {
    getBlockNumber: async () => {
      at++;
      const { head } = turns[at] ?? {};
      if (head instanceof Error) throw head;
      if (head !== undefined) return head;
      stop.abort();
      throw new Error("the turns are over");
    },
    getLogs: async (filter: Filter) => {
      reads.push(filter);
      const refused = turns[at]?.refuse?.(filter);
      if (refused !== undefined) throw refused;
      return (turns[at]?.logs ?? []).filter(
        ({ blockNumber }) => blockNumber >= filter.fromBlock && blockNumber <= filter.toBlock,
      );
    },
    send: async (method: string, [tag, isFull]: readonly unknown[]) => {
      expect([method, isFull]).toEqual(["eth_getBlockByNumber", false]);
      asked.push(Number(tag));
      return turns[at]?.block?.(Number(tag)) ?? null;
    },
  };
  const { log, lines } = recordingLog();
  const chain = { provider, log, accounting: ACCOUNTING, stakeRegistry: STAKES } as unknown as Chain;
  const all: WatchOptions = {
    ...{ fromBlock: 100, pollMs: 0, signal: stop.signal },
    onEvent: (event) => void seen.push(event),
    onRemoved: (event) => void removed.push(event),
    onProgress: (block) => void progress.push(block),
    ...options,
  };
  for (const name of without) Reflect.deleteProperty(all, name);
  await watchChain(chain, all);
  const amountOf = (event: ChainEvent): bigint => ("amount" in event ? event.amount : 0n);
  return { reads, seen: seen.map(amountOf), removed: removed.map(amountOf), progress, asked, lines };
}
export const ranges = (reads: readonly Filter[]) => reads.map(({ fromBlock, toBlock }) => [fromBlock, toBlock]);
