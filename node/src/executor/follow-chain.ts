import type { Address } from "@lloom/protocol/commitment-types";
import type { Chain } from "../chain/chain.ts";
import { chainUntil } from "../chain/chain-until.ts";
import { readChannel, readLane } from "../chain/reads.ts";
import type { ChainEvent } from "../chain/watch/events.ts";
import { watchChain } from "../chain/watch/watch.ts";
import type { ExecutorLog } from "../store/executor/executor-log.ts";
import type { ChannelCache } from "./admit/channel-cache.ts";
import type { Settlement } from "./settle/settlement.ts";

interface Watched {
  readonly chain: Chain;
  readonly executor: Address;
  readonly store: ExecutorLog;
  readonly channels: ChannelCache;
  readonly settlement: Settlement;
}

/** Keeps channels and settled lanes in step with the chain, until the signal. */
export async function watchChannels(
  watched: Watched,
  { pollMs, fromBlock, signal }: { readonly pollMs: number; readonly fromBlock: number; readonly signal: AbortSignal },
): Promise<void> {
  const { chain, executor } = watched;
  const bounded = { ...watched, chain: chainUntil(chain, signal) };
  await watchChain(chain, {
    fromBlock,
    pollMs,
    signal,
    executor,
    onEvent: (event) => onEvent(watched, event),
    onRemoved: (event) => onRemoved(bounded, event),
  });
}

function onEvent({ executor, store, channels, settlement }: Watched, event: ChainEvent): void {
  if (!("executor" in event) || !("client" in event) || event.executor !== executor) return;
  const { client } = event;
  channels.forget(client);
  if (event.type === "LaneSettled")
    store.markSettled({ client, lane: event.lane, nonce: event.nonce, cost: event.laneCost });
  if (event.type === "UnlockRequested") settlement.urge(client);
  if (event.type === "Allocated") settlement.lift(client);
}

/** A reorganisation took an event back: the chain's present figure counts, also when it is lower. */
async function onRemoved({ chain, executor, store, channels }: Watched, event: ChainEvent): Promise<void> {
  if (!("executor" in event) || !("client" in event) || event.executor !== executor) return;
  const { client } = event;
  channels.forget(client);
  if (event.type !== "LaneSettled") return;
  const { lane } = event;
  const { nonce, cost } = await readLane(chain, { client, executor, lane });
  store.correctSettled({ client, lane, nonce, cost });
}

/** Clients that owe something and have begun to take their channel's money back while this node was away. */
export async function urgeUnlocking({ chain, executor, store, settlement }: Watched): Promise<void> {
  const clients = new Set(store.unsettled().map(({ client }) => client));
  for (const client of clients) {
    const { unlocking } = await readChannel(chain, client, executor);
    if (unlocking > 0n) settlement.urge(client);
  }
}
