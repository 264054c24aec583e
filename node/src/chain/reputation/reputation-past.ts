import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import { LloomError } from "../../errors.ts";
import { readFor } from "../reads.ts";
import { untilAborted } from "../rpc/until-aborted.ts";
import { type ReputationContracts, readReputationEvents } from "./reputation-logs.ts";

/** A block by number and hash. */
export interface KnownBlock {
  readonly number: number;
  readonly hash: Hex;
}

/** What was read between two blocks. */
export interface ReadPast {
  readonly from: number;
  readonly upTo: KnownBlock;
  readonly events: readonly PlacedEvent[];
}

/** Where what was read of one executor's past is kept between runs. */
export interface KeptPast {
  /** All that was read without a gap; undefined if nothing was. */
  load(): ReadPast | undefined;
  append(read: ReadPast): void;
  clear(): void;
}

export interface PastOptions {
  readonly executor: Address;
  readonly toBlock: number;
  readonly signal: AbortSignal;
  readonly kept?: KeptPast;
  /** After every step. */
  readonly onProgress?: (progress: { readonly block: number; readonly events: number }) => void;
}

/** Blocks of one step, after which the progress is kept. */
const STEP_BLOCKS = 50_000;
/** Blocks so near to the head may be reorganised: they are read anew each time. */
const UNSETTLED_BLOCKS = 64;

/**
 * All that one executor's reputation is computed from, up to a block. Steps that were kept are read once; if the chain was
 * reorganised below them, or is another one, everything is read anew.
 * @throws LloomError CANCELLED, and as `readReputationEvents`.
 */
export async function readReputationPast(contracts: ReputationContracts, options: PastOptions): Promise<PlacedEvent[]> {
  const { executor, toBlock, signal, kept, onProgress } = options;
  const { chain } = contracts;
  const known = await standing(contracts, kept);
  const events = [...(known?.events ?? [])];
  const settled = (await untilAborted(chain.provider.getBlockNumber(), signal)) - UNSETTLED_BLOCKS;
  let from = (known?.upTo.number ?? chain.startBlock - 1) + 1;
  while (from <= toBlock) {
    const isSettled = from <= settled;
    const to = Math.min(from + STEP_BLOCKS - 1, toBlock, isSettled ? settled : toBlock);
    const read = readReputationEvents(contracts, { executor, fromBlock: from, toBlock: to });
    const found = await untilAborted(read, signal);
    events.push(...found);
    if (isSettled) kept?.append({ from, upTo: await blockAt(contracts, to), events: found });
    onProgress?.({ block: to, events: events.length });
    from = to + 1;
  }
  return events.filter(({ block }) => block <= toBlock);
}

/** What was kept, if it is still of this chain, and all of it. */
async function standing(contracts: ReputationContracts, kept: KeptPast | undefined) {
  const known = kept?.load();
  if (known === undefined) return undefined;
  const block = await readFor("a block", contracts.chain.provider.getBlock(known.upTo.number));
  if (block?.hash === known.upTo.hash && known.from === contracts.chain.startBlock) return known;
  kept?.clear();
  return undefined;
}

async function blockAt({ chain }: ReputationContracts, number: number): Promise<KnownBlock> {
  const block = await readFor("a block", chain.provider.getBlock(number));
  if (typeof block?.hash === "string") return { number, hash: block.hash as Hex };
  throw new LloomError("CHAIN_UNREACHABLE", `The RPC server does not have block ${number}.`);
}
