import { createClient } from "../../../node/src/client/client.ts";
import { asLloomError } from "../../../node/src/errors.ts";
import { connect } from "../../../node/src/p2p/host/dial.ts";
import { peerOfOffer } from "../../../node/src/p2p/host/peer-of-offer.ts";
import { type Meeting, openParts, QUESTION } from "./bench-clients.ts";
import type { DiscoveryNetwork } from "./discovery-network.ts";

/** Longest that one of them asks. */
const MOST_SECONDS = 60;
/** Where simulated executors say they are. */
const NOWHERE = "/ip4/127.0.0.1/tcp/1/";
/** Clients that start one after the other. */
const COLD_CLIENTS = 20;

/** Seconds that clients which know nothing take, each from opening its chain until it is connected to the executor of its choice. */
export async function firstUsable({ meeting, executors }: DiscoveryNetwork): Promise<number[]> {
  const seconds: number[] = [];
  for (let number = 0; number < COLD_CLIENTS; number += 1) {
    const standIn = executors[number % executors.length];
    seconds.push(await once(meeting, standIn?.multiaddrs ?? []));
  }
  return seconds;
}

/** Should it choose a simulated executor, it connects to one that has a host instead. */
async function once(meeting: Meeting, standIn: readonly string[]): Promise<number> {
  await using stack = new AsyncDisposableStack();
  const startedMs = performance.now();
  const parts = await openParts(meeting, stack);
  const client = stack.use(await createClient(parts));
  for (;;) {
    const seconds = (): number => (performance.now() - startedMs) / 1000;
    try {
      for await (const event of client.ask(QUESTION, meeting.signal)) {
        if (event.type !== "executor") continue;
        const own = peerOfOffer(event.signed);
        const isReal = own?.multiaddrs.every((address) => !address.startsWith(NOWHERE)) === true;
        await connect(parts.host, own !== undefined && isReal ? own : targetAt(standIn), meeting.signal);
        return seconds();
      }
    } catch (thrown) {
      // On a machine that has much to do it may find nobody within the usual wait, or not get through: whoever waits asks again.
      const { code } = asLloomError(thrown);
      if ((code !== "NO_EXECUTOR" && code !== "EXECUTOR_UNREACHABLE") || seconds() > MOST_SECONDS) throw thrown;
    }
  }
}

const targetAt = (multiaddrs: readonly string[]) => ({
  peerId: multiaddrs[0]?.split("/p2p/").at(-1) ?? "",
  multiaddrs,
});
