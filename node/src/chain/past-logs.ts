import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Log as ChainLog } from "ethers";
import { LloomError } from "../errors.ts";
import type { Chain } from "./chain.ts";
import { chainFailure } from "./chain-failure.ts";
import { weightOf } from "./range-weight.ts";

/** Which logs: of one contract, by its topics. */
export interface LogFilter {
  readonly address: Address;
  readonly topics: readonly (Hex | null)[];
}

/** Many servers answer a thousand blocks at a time; fewer than this are not worth asking for. */
const SMALLEST_STEP = 1000;
/** Calls for one search: beyond, it would take minutes. */
const MOST_CALLS = 500;

/**
 * All logs of the chain's past that fit, oldest first: in one call where the server answers that, else in smaller ranges,
 * whatever the reason that it gives for its refusal.
 * @throws LloomError CHAIN_UNREACHABLE, also when the server's ranges are too small to search the whole chain.
 */
export async function readPastLogs(chain: Chain, { address, topics }: LogFilter): Promise<readonly ChainLog[]> {
  const head = await chain.provider.getBlockNumber();
  const found: ChainLog[] = [];
  let step = Math.max(1, head + 1 - chain.startBlock);
  for (let from = chain.startBlock, calls = 0; from <= head; calls++) {
    if (calls >= MOST_CALLS) throw tooMany(head);
    const to = Math.min(from + step - 1, head);
    try {
      found.push(...(await chain.provider.getLogs({ address, topics: [...topics], fromBlock: from, toBlock: to })));
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
