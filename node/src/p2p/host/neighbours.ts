import type { PeerInfo } from "@libp2p/interface";
import { mdns } from "@libp2p/mdns";
import type { NetworkId } from "@lloom/protocol/names";
import { multiaddr } from "@multiformats/multiaddr";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { connect } from "./dial.ts";
import type { Host } from "./host.ts";
import { reachOf } from "./reach.ts";

/** How often the site is asked who is there. */
const ASK_MS = 20_000;
/** Neighbours that are dialled; more of them are found by the DHT as everybody else. */
const MOST_NEIGHBOURS = 32;

export interface NeighbourOptions {
  readonly host: Host;
  readonly network: NetworkId;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Finds peers of the network on the same site by multicast DNS, and tells them this node's private addresses: they go no
 * farther than the multicast does. A node without a private address has no such site, and stays silent. The service is named
 * by the network, so that two networks on one site do not meet. Disposing of it ends it.
 */
export async function meetNeighbours({ host, network, log, signal }: NeighbourOptions): Promise<AsyncDisposable> {
  const ofSite = (): string[] => {
    host.multiaddrs();
    return host.scope.own.filter((address) => reachOf(address) === "site");
  };
  if (ofSite().length === 0) return { [Symbol.asyncDispose]: async () => undefined };
  const dialled = new Set<string>();
  const meet = async ({ id, multiaddrs }: PeerInfo): Promise<void> => {
    const peerId = id.toString();
    const there = multiaddrs.filter((address) => reachOf(address.toString()) === "site");
    if (there.length === 0 || host.connected().includes(peerId)) return;
    if (!dialled.has(peerId) && dialled.size >= MOST_NEIGHBOURS) return;
    dialled.add(peerId);
    host.scope.addNeighbour(there);
    try {
      await connect(host, { peerId, multiaddrs: there.map(String) }, signal);
      log.info({ peer: peerId }, "a neighbour was found on this site");
    } catch (thrown) {
      log.debug({ peer: peerId, problem: asLloomError(thrown).message }, "a neighbour does not answer");
    }
  };
  // The library asks this for what it tells, and for nothing else.
  const addressManager = { getAddresses: () => ofSite().map((address) => multiaddr(address)) } as AddressManager;
  const serviceTag = `_lloom-${network.chainId}-${network.accounting.slice(2, 10).toLowerCase()}._udp.local`;
  const discovery = mdns({ interval: ASK_MS, serviceTag })({ addressManager, logger: host.libp2p.logger });
  discovery.addEventListener("peer", ({ detail }) => void meet(detail));
  const life = discovery as unknown as Life;
  await life.start();
  return { [Symbol.asyncDispose]: () => life.stop() };
}

type AddressManager = Parameters<ReturnType<typeof mdns>>[0]["addressManager"];
/** Of the library's class, not of its interface. */
interface Life {
  start(): Promise<void>;
  stop(): Promise<void>;
}
