import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Log as ChainLog } from "ethers";
import { LloomError } from "../../errors.ts";
import type { Chain } from "../chain.ts";
import { chainFailure } from "../chain-failure.ts";
import { weightOf } from "./range-weight.ts";

/** Which logs: of contracts, by their topics; of several, any. */
export interface LogFilter {
  readonly address: Address | readonly Address[];
  readonly topics: readonly (Hex | readonly Hex[] | null)[];
}

/** Which blocks, both ends included. */
export interface BlockRange {
  readonly fromBlock: number;
  readonly toBlock: number;
}

/** Many servers answer a thousand blocks at a time; fewer than this are not worth asking for. */
const SMALLEST_STEP = 1000;
/** Calls for one search: beyond, it would take minutes. */
const MOST_CALLS = 500;

/** All logs of the chain's past that fit; see `readLogs`. */
export async function readPastLogs(chain: Chain, filter: LogFilter): Promise<readonly ChainLog[]> {
  const toBlock = await chain.provider.getBlockNumber();
  return readLogs(chain, filter, { fromBlock: chain.startBlock, toBlock });
}

/**
 * All logs of these blocks that fit, oldest first: in one call where the server answers that, else in smaller ranges,
 * whatever the reason that it gives for its refusal.
 * @throws LloomError CHAIN_UNREACHABLE, also when the server's ranges are too small to search all of them.
 */
export async function readLogs(
  chain: Chain,
  { address, topics }: LogFilter,
  { fromBlock, toBlock }: BlockRange,
): Promise<readonly ChainLog[]> {
  const found: ChainLog[] = [];
  const filter = {
    address: typeof address === "string" ? address : [...address],
    topics: topics.map((topic) => (typeof topic === "string" || topic === null ? topic : [...topic])),
  };
  let step = toBlock + 1 - fromBlock;
  for (let from = fromBlock, calls = 0; from <= toBlock; calls++) {
    if (calls >= MOST_CALLS) throw tooMany(toBlock);
    const to = Math.min(from + step - 1, toBlock);
    try {
      found.push(...(await chain.provider.getLogs({ ...filter, fromBlock: from, toBlock: to })));
      from = to + 1;
    } catch (thrown) {
      if (weightOf(thrown) === "unanswered" || step <= SMALLEST_STEP)
        throw chainFailure(thrown, { what: "read past events" });
      step = Math.max(SMALLEST_STEP, Math.ceil(step / 4));
    }
  }
  return found;
}

const tooMany = (head: number): LloomError =>
  new LloomError(
    "CHAIN_UNREACHABLE",
    `The RPC server gives too few blocks at a time to search all ${head} of the chain.`,
    {
      next: "Give --start-block the block of the first contract, or use an RPC server with longer ranges of eth_getLogs.",
    },
  );
