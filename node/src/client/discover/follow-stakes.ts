import type { Address, Hex } from "@lloom/protocol/commitment-types";
import type { Chain } from "../../chain/chain.ts";
import { stakeRegistryInterface } from "../../chain/contracts.ts";
import { type ChainEvent, decodeEvent } from "../../chain/watch/events.ts";
import { type WatchPace, watchEvents } from "../../chain/watch/watch.ts";

/** After which less may be at stake, or nothing that counts, than was read a while ago. */
const CHANGES = ["Struck", "Slashed", "Jailed", "UnbondRequested", "StakeWithdrawn"] as const;

/**
 * Tells whose stake the chain changed for the worse, until the signal: what was read of it would be believed for minutes, in
 * which questions would go to whoever was just convicted.
 */
export async function followStakes(
  chain: Chain,
  {
    onChange,
    ...pace
  }: Pick<WatchPace<ChainEvent>, "fromBlock" | "pollMs" | "signal"> & { onChange: (executor: Address) => void },
): Promise<void> {
  const topics = [CHANGES.map((name) => stakeRegistryInterface.getEvent(name)?.topicHash as Hex)];
  await watchEvents(
    chain,
    { address: [chain.stakeRegistry], topics, decode: decodeEvent },
    {
      ...pace,
      onEvent: (event) => {
        if ("member" in event) onChange(event.member);
      },
    },
  );
}
