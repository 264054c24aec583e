import type { Address } from "@lloom/protocol/commitment-types";
import { type Log as ChainLog, zeroPadValue } from "ethers";
import { asLloomError } from "../../errors.ts";
import { backoffMs } from "../../primitives/backoff.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";
import type { Chain } from "../chain.ts";
import { chainFailure } from "../chain-failure.ts";
import { untilAborted } from "../rpc/until-aborted.ts";
import { type ChainEvent, decodeEvent, type EventPlace } from "./events.ts";
import { weightOf } from "./range-weight.ts";
import { sharedHead } from "./shared-head.ts";
import { WatchStep } from "./watch-step.ts";

/** Which logs are watched, and what they are as events; `undefined` for one that no ABI names. */
export interface EventSource<Event extends EventPlace> {
  readonly address: readonly Address[];
  /** Of several at one place, any. */
  readonly topics: readonly (string | readonly string[] | null)[];
  readonly decode: (log: ChainLog) => Event | undefined;
}

/** How a watch goes on, whatever it watches. */
export interface WatchPace<Event extends EventPlace> {
  /** First block to read. */
  readonly fromBlock: number;
  readonly pollMs: number;
  /** Ends the watch. */
  readonly signal: AbortSignal;
  /** In the order of the chain. When it throws, the watch logs that and delivers the event again. */
  readonly onEvent: (event: Event) => void | Promise<void>;
  /** The chain was reorganised and a delivered event is no longer in it. */
  readonly onRemoved?: (event: Event) => void | Promise<void>;
  /** Everything up to this block was delivered; a later watch may start there. */
  readonly onProgress?: (blockNumber: number) => void;
  /** How many of the newest blocks are read again each time; 12 by default. Deeper reorganisations are not seen. */
  readonly reorgBlocks?: number;
}

export interface WatchOptions extends WatchPace<ChainEvent> {
  /** Only events whose first or second indexed value is this: of channels and signers, the client and the executor. */
  readonly client?: Address;
  readonly executor?: Address;
}

const LONGEST_PAUSE_MS = 30_000;
/** Reads in a row without an event before it is asked whether it is gone: servers behind one address lag behind each other. */
const ASK_AFTER = 2;
/** How often logs are read for one newest block: a second time, since the server that has them may be behind the one that told of it. */
const READS_OF_A_HEAD = 2;

interface Delivered<Event> {
  readonly event: Event;
  missed: number;
}

/** Watches AccountingV2 and StakeRegistry; see `watchEvents`. */
export function watchChain(chain: Chain, options: WatchOptions): Promise<void> {
  const { client, executor } = options;
  const topic = (address?: Address): string | null => (address === undefined ? null : zeroPadValue(address, 32));
  const topics = [null, topic(client), topic(executor)];
  while (topics.at(-1) === null) topics.pop();
  const address = [chain.accounting, chain.stakeRegistry];
  return watchEvents(chain, { address, topics, decode: decodeEvent }, options);
}

/**
 * Delivers the events of some contracts, each once, until `signal` ends it. Loss of the RPC server is waited
 * out, and no error ends the watch. The newest blocks are read again with every new one: an event that a reorganisation moved is
 * not delivered twice, one that it brought is delivered, one whose block was replaced is told to `onRemoved`.
 */
export async function watchEvents<Event extends EventPlace>(
  chain: Chain,
  source: EventSource<Event>,
  options: WatchPace<Event>,
): Promise<void> {
  const { signal, pollMs } = options;
  const reader = new EventReader(chain, source, options);
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs: number;
    try {
      const head = await untilAborted(sharedHead(chain.provider, failures === 0 ? pollMs : 0), signal);
      await reader.readOn(head.number);
      if (failures > 0) chain.log.info({ failures }, "chain is watched again");
      failures = 0;
      pauseMs = Math.max(0, head.askedAtMs + pollMs - steadyClock());
    } catch (thrown) {
      if (signal.aborted) return;
      failures++;
      const { code, message } = asLloomError(thrown);
      if (failures === 1) chain.log.warn({ code, problem: message }, "chain cannot be watched, trying on");
      pauseMs = watchPauseMs(failures, pollMs);
    }
    await pause(pauseMs, signal);
  }
}

/** The pause after so many failures in a row: one that was to last longer than half a minute anyway gets no shorter by them. */
export function watchPauseMs(failures: number, pollMs: number, random?: () => number): number {
  return backoffMs(failures, { firstMs: pollMs * 2, longestMs: Math.max(pollMs, LONGEST_PAUSE_MS) }, random);
}

/** Where a watch stands. */
class EventReader<Event extends EventPlace> {
  readonly #chain: Chain;
  readonly #source: EventSource<Event>;
  readonly #options: WatchPace<Event>;
  readonly #reorgBlocks: number;
  readonly #delivered = new Map<string, Delivered<Event>>();
  #next: number;
  #head = -1;
  #readsOfHead = 0;
  readonly #step = new WatchStep();

  constructor(chain: Chain, source: EventSource<Event>, options: WatchPace<Event>) {
    this.#chain = chain;
    this.#source = source;
    this.#options = options;
    this.#reorgBlocks = options.reorgBlocks ?? 12;
    this.#next = options.fromBlock;
  }

  /** Reads from a few blocks before the last ones up to the chain's head, unless nothing new can be there. */
  async readOn(head: number): Promise<void> {
    const { fromBlock, onProgress, signal } = this.#options;
    if (head === this.#head && this.#readsOfHead >= READS_OF_A_HEAD && !this.#misses()) return;
    let from = Math.max(fromBlock, Math.min(this.#next, head + 1) - this.#reorgBlocks);
    while (from <= head && !signal.aborted) {
      const to = Math.min(from + this.#step.size - 1, head);
      const logs = await this.#read(from, to);
      if (logs === undefined) continue;
      await this.#deliver(logs, { from, to: to === head ? Number.MAX_SAFE_INTEGER : to });
      this.#next = to + 1;
      onProgress?.(to);
      from = to + 1;
    }
    this.#forget();
    this.#readsOfHead = head === this.#head ? this.#readsOfHead + 1 : 1;
    this.#head = head;
  }

  /** Whether an event was not there at the last read, which another one may explain. */
  #misses(): boolean {
    for (const { missed } of this.#delivered.values()) if (missed > 0) return true;
    return false;
  }

  /** Logs of a range; `undefined` when the server refuses one so large: the next is smaller. */
  async #read(fromBlock: number, toBlock: number): Promise<ChainLog[] | undefined> {
    const { signal } = this.#options;
    const { address, topics } = this.#source;
    const blocks = toBlock - fromBlock + 1;
    try {
      const wanted = topics.map((topic) => (typeof topic === "string" || topic === null ? topic : [...topic]));
      const filter = { address: [...address], topics: wanted, fromBlock, toBlock };
      const logs = await untilAborted(this.#chain.provider.getLogs(filter), signal);
      this.#step.served();
      return logs.toSorted((a, b) => a.blockNumber - b.blockNumber || a.index - b.index);
    } catch (thrown) {
      const weight = weightOf(thrown);
      if (weight === "unsaid") this.#step.refusedUnsaid(blocks);
      else if (weight !== "unanswered") this.#step.refused(blocks);
      if (weight === "tooLarge" && blocks > 1) return undefined;
      throw chainFailure(thrown, { what: "read events" });
    }
  }

  async #deliver(logs: readonly ChainLog[], { from, to }: { from: number; to: number }): Promise<void> {
    const present = identify(logs);
    for (const [key, { event, missed }] of this.#delivered) {
      if (event.blockNumber < from || event.blockNumber > to || present.has(key)) continue;
      this.#delivered.set(key, { event, missed: missed + 1 });
      if (missed + 1 < ASK_AFTER || !(await this.#isReplaced(event))) continue;
      await this.#options.onRemoved?.(event);
      this.#delivered.delete(key);
    }
    for (const [key, log] of present) {
      const event = this.#source.decode(log);
      if (event === undefined) continue;
      if (!this.#delivered.has(key)) await this.#options.onEvent(event);
      this.#delivered.set(key, { event, missed: 0 });
    }
  }

  /** Whether another block stands where the event's was. A server that does not know the block proves nothing. */
  async #isReplaced({ blockNumber, blockHash }: EventPlace): Promise<boolean> {
    const { signal } = this.#options;
    const asked = this.#chain.provider.send("eth_getBlockByNumber", [`0x${blockNumber.toString(16)}`, false]);
    const block: unknown = await untilAborted(asked, signal);
    const hash = typeof block === "object" && block !== null && "hash" in block ? block.hash : undefined;
    return typeof hash === "string" && hash.toLowerCase() !== blockHash.toLowerCase();
  }

  /** What is not read again even from a server that lags behind by as many blocks as are read again. */
  #forget(): void {
    const safe = this.#next - 2 * this.#reorgBlocks;
    for (const [key, { event }] of this.#delivered) if (event.blockNumber < safe) this.#delivered.delete(key);
  }
}

/**
 * Logs by what they are: transaction, topics and data, and how many the same come before in the transaction. Block and log
 * index are left out, since a reorganisation changes them for a transaction that did the same again.
 */
function identify(logs: readonly ChainLog[]): Map<string, ChainLog> {
  const found = new Map<string, ChainLog>();
  for (const log of logs) {
    const identity = [log.transactionHash, log.address, ...log.topics, log.data].join();
    let twin = 0;
    while (found.has(`${identity}#${twin}`)) twin++;
    found.set(`${identity}#${twin}`, log);
  }
  return found;
}
