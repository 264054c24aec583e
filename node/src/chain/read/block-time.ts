import type { Clock } from "../../primitives/clock.ts";
import type { Chain } from "../chain.ts";
import { isLocalChain } from "../rpc/provider.ts";
import { untilAborted } from "../rpc/until-aborted.ts";

/** Between which an own clock's error lies, positive when it is fast. */
export interface ClockBounds {
  readonly leastMs: number;
  readonly mostMs: number;
}

/** A block may be dated ahead of its making by so much, and its news may be under way for as long. */
const SLACK_MS = 15_000;
/** Two looks further apart say nothing about when a block came. */
const LONGEST_GAP_MS = 60_000;

interface Look {
  readonly block: number;
  readonly atMs: number;
}

/**
 * Reads what a chain's blocks tell of this machine's clock. A block is never dated from the future, so that a clock behind
 * its date is slow. A block that came between two looks is young, so that a clock far ahead of its date is fast, or the RPC
 * server lags; an old block alone says nothing, since a chain may stand still. The time of local chains is moved at will.
 */
export class BlockTime {
  readonly #chain: Chain;
  readonly #clock: Clock;
  #last: Look | undefined;

  constructor(chain: Chain, clock: Clock) {
    this.#chain = chain;
    this.#clock = clock;
  }

  /** What the latest block allows; `undefined` where block time proves nothing. Throws what the chain throws. */
  async look(signal: AbortSignal): Promise<ClockBounds | undefined> {
    if (isLocalChain(this.#chain.network.chainId)) return undefined;
    const latest = await untilAborted(this.#chain.provider.getBlock("latest"), signal);
    if (latest === null) return undefined;
    const atMs = this.#clock();
    const last = this.#last;
    this.#last = { block: latest.number, atMs };
    const ageMs = atMs - latest.timestamp * 1000;
    const isNew = last !== undefined && latest.number > last.block && atMs - last.atMs <= LONGEST_GAP_MS;
    const leastMs = isNew ? ageMs - (atMs - last.atMs) - SLACK_MS : Number.NEGATIVE_INFINITY;
    return { leastMs, mostMs: ageMs + SLACK_MS };
  }
}
