import type { Watcher } from "./bench-clients.ts";
import type { DiscoveryNetwork } from "./discovery-network.ts";
import { untilTrue } from "./until-true.ts";

const ROUNDS = 2;
/** Some of it between two changes, so that they meet executors at any moment of their interval. */
const APART_MS = 180;
const DEADLINE_MS = 30_000;

/** Seconds from a change of a price at its executor until each client knows it. */
export async function priceSeen(
  { executors, meeting: { signal } }: DiscoveryNetwork,
  watchers: readonly Watcher[],
): Promise<number[]> {
  const seen: Promise<number>[] = [];
  for (let round = 1; round <= ROUNDS; round += 1)
    for (const { address, price, process } of executors) {
      // Hardly anything: the order of prices stays.
      const changed = price + BigInt(round);
      const { atMs } = await process.order({ kind: "reprice", executor: address, price: changed });
      for (const { priceOf } of watchers)
        seen.push(untilTrue(() => priceOf(address) === changed, { sinceMs: atMs, deadlineMs: DEADLINE_MS, signal }));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * APART_MS));
    }
  return Promise.all(seen);
}
