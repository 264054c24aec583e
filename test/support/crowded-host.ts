// The process whose memory node/src/p2p/host/crowd.test.ts weighs: a host with few places for strangers. It tells its addresses,
// knows the peer that it is told of, and says what it holds whenever it is asked.
//
// usage: fork with --expose-gc
import { setImmediate as turn } from "node:timers/promises";
import { startHost } from "./hosts.ts";

/** What a host holds; weighed, after a collection of garbage. */
export interface Held {
  readonly connections: number;
  readonly streams: number;
  readonly peers: readonly string[];
  /** Peers that it remembers, connected or not. */
  readonly remembered: number;
  readonly bytes: number;
}

/** Weighing takes a while, in which the host does nothing else: who only waits lets it count. */
export type Told = { readonly know: string } | "count" | "weigh";

const host = await startHost({ limits: { mostStrangers: 8, departedDialers: 16 } });
const collect = (globalThis as { gc?: () => void }).gc;
process.on("message", async (told: Told) => {
  if (typeof told === "object") return host.know(told.know);
  // What is closed lets go of its parts in the turns that follow.
  for (let round = 0; told === "weigh" && round < 20; round++) {
    collect?.();
    await turn();
  }
  const connections = host.libp2p.getConnections();
  const { heapUsed, external } = process.memoryUsage();
  const held: Held = {
    connections: connections.length,
    streams: connections.reduce((sum, { streams }) => sum + streams.length, 0),
    peers: host.connected(),
    remembered: (await host.libp2p.peerStore.all()).length,
    bytes: heapUsed + external,
  };
  process.send?.(held);
});
process.send?.({ peerId: host.peerId, multiaddrs: host.multiaddrs() });
