import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import { readChannel, readLane } from "../../chain/reads.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { toSeconds } from "../../primitives/clock.ts";
import type { KnownChannel } from "./channel-cache.ts";

/** The channel of a client, with how far the chain's clock is ahead of this one. */
export async function readKnownChannel(
  chain: Chain,
  { client, executor, nowMs }: { readonly client: Address; readonly executor: Address; readonly nowMs: number },
): Promise<KnownChannel> {
  const [channel, chainSeconds] = await Promise.all([readChannel(chain, client, executor), chain.nowSeconds()]);
  const ahead = chainSeconds - toSeconds(nowMs);
  return { ...channel, skewSeconds: ahead > 0n ? ahead : 0n };
}

/** Lanes remembered; one that is forgotten is merely read again. */
const MOST_LANES = 100_000;

/**
 * Up to where the chain had settled a lane when this run first met it. The own log may be an older copy that does not know,
 * and an answer to what is settled would be work for nothing. Settlements of this run are in its own log.
 */
export function settledNonceReader(
  chain: Chain,
  executor: Address,
): (client: Address, lane: bigint) => Promise<bigint> {
  const known = new BoundedMap<string, bigint>({ most: MOST_LANES });
  return async (client, lane) => {
    const key = `${client}/${lane}`;
    const remembered = known.get(key);
    if (remembered !== undefined) return remembered;
    const { nonce } = await readLane(chain, { client, executor, lane });
    known.set(key, nonce);
    return nonce;
  };
}
