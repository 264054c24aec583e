import type { Address } from "@lloom/protocol/commitment-types";
import { hexToBytes } from "@lloom/protocol/hex";
import { zeroPadValue } from "ethers";
import type { Chain } from "../chain.ts";
import { stakeRegistryInterface } from "../contracts.ts";
import { readMember } from "../reads.ts";
import { blockAt } from "../watch/block-at.ts";
import { readLogs } from "../watch/past-logs.ts";

/**
 * Bytes of the peer id that a member registered with; `undefined` for who never did. They say whatever it wrote: whether the peer's key
 * is the member's is seen by the id itself. Throws what reads throw.
 */
export async function readRegisteredPeer(chain: Chain, member: Address): Promise<Uint8Array | undefined> {
  const { registeredAt } = await readMember(chain, member);
  if (registeredAt === 0n) return undefined;
  const block = await blockAt(chain, registeredAt);
  const topics = [
    stakeRegistryInterface.getEvent("Registered")?.topicHash as Address,
    zeroPadValue(member, 32) as Address,
  ];
  const [log] = await readLogs(chain, { address: chain.stakeRegistry, topics }, { fromBlock: block, toBlock: block });
  const parsed = log && stakeRegistryInterface.parseLog(log);
  return parsed ? hexToBytes(parsed.args["peerId"]) : undefined;
}
