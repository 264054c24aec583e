import type { ChannelFunds } from "@lloom/protocol/channel-money";
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { zeroPadValue } from "ethers";
import type { Chain } from "../chain.ts";
import { accountingInterface } from "../contracts.ts";
import { readChannel } from "../reads.ts";
import { readPastLogs } from "../watch/past-logs.ts";

/** A channel of a client, or of an executor: with the other party. */
export interface Channel extends ChannelFunds {
  readonly peer: Address;
}

/** Which side of its channels an account is on. */
export type Side = "client" | "executor";

/**
 * Channels that hold money, by the chain's own events: a lost log loses none of them. Throws as `readPastLogs`.
 */
export async function findChannels(chain: Chain, account: Address, side: Side): Promise<readonly Channel[]> {
  const topic = accountingInterface.getEvent("Allocated")?.topicHash as Hex;
  const own = zeroPadValue(account, 32) as Hex;
  const topics = side === "client" ? [topic, own] : [topic, null, own];
  const logs = await readPastLogs(chain, { address: chain.accounting, topics });
  const place = side === "client" ? 2 : 1;
  const peers = new Set(logs.map((log): Address => `0x${log.topics[place]?.slice(-40)}`));
  const channels = await Promise.all(
    [...peers].map(async (peer) => {
      const funds = await (side === "client" ? readChannel(chain, account, peer) : readChannel(chain, peer, account));
      return { peer, ...funds };
    }),
  );
  return channels.filter(({ balance }) => balance > 0n);
}
