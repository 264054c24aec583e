import { yamux } from "@chainsafe/libp2p-yamux";
import { generateKeyPair } from "@libp2p/crypto/keys";
import { type Identify, identify } from "@libp2p/identify";
import type { PeerId } from "@libp2p/interface";
import type { KadDHT } from "@libp2p/kad-dht";
import { type Ping, ping } from "@libp2p/ping";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";
import type { DhtMember } from "../../../node/src/p2p/discovery/provider-records.ts";
import { kademlia } from "../../../node/src/p2p/host/kademlia.ts";
import { HOST_LIMITS, STREAM_WINDOW_BYTES } from "../../../node/src/p2p/limits.ts";
import { sendingTogether } from "../../../node/src/p2p/transport/few-writes.ts";
import type { MemoryNetwork } from "./memory-network.ts";
import { SILENT } from "./silent-logger.ts";

/** A host that keeps more closes some; it dials again whom it needs. */
const MOST_CONNECTIONS = 300;

/** A host of the DHT: no gossip, no relay, no calls. */
export interface DhtHost extends DhtMember {
  readonly libp2p: Libp2p<{ identify: Identify; ping: Ping; dht: KadDHT }>;
  /** Ends as a machine that loses its power: without a word to anybody. */
  vanish(): void;
}

/**
 * A host with a node's own Kademlia, multiplexing and identify, over memory. What a thousand hosts in one process would compute all the
 * time is left out: encryption, gossip, the look at each connection twice a minute, few connections at a time; and its key is
 * of Ed25519, which takes no arithmetic to be read.
 */
export async function openDhtHost(network: MemoryNetwork): Promise<DhtHost> {
  const libp2p = await createLibp2p({
    privateKey: await generateKeyPair("Ed25519"),
    logger: SILENT,
    addresses: { listen: ["/memory/here"] },
    transports: [network.transport],
    streamMuxers: [
      sendingTogether(yamux({ enableKeepAlive: false, streamOptions: { maxStreamWindowSize: STREAM_WINDOW_BYTES } })),
    ],
    connectionManager: {
      maxConnections: MOST_CONNECTIONS,
      inboundConnectionThreshold: Number.POSITIVE_INFINITY,
      maxIncomingPendingConnections: HOST_LIMITS.maxPendingInbound,
      dialTimeout: HOST_LIMITS.dialTimeoutMs,
    },
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      ping: ping(),
      dht: kademlia({ serves: true, meantOf: (peer) => peer }),
    },
  });
  const peerId = libp2p.peerId.toString();
  return {
    ...{ peerId, libp2p, isBanned: () => false },
    vanish: () => {
      network.vanish(peerId);
      // It waits for answers to its goodbyes, which nobody hears.
      void libp2p.stop();
    },
  };
}

/** Parts of the library's class, not of its interface. */
interface DhtParts {
  readonly routingTable: {
    readonly kb: { verify: (contact: unknown) => Promise<boolean> };
    readonly size: number;
    add(peer: PeerId): Promise<void>;
  };
  readonly queryManager: { initialQuerySelfHasRun: unknown };
  readonly querySelf: { stop(): unknown };
  readonly routingTableRefresh: { stop(): unknown };
}

/**
 * Gives a host the contacts that it would have after a while, without its asking for them: a thousand that join one after the other would take
 * hours of a processor. From then on all is the library's own.
 */
export async function settle({ libp2p }: DhtHost, contacts: readonly DhtHost[]): Promise<void> {
  const dht = libp2p.services.dht as unknown as DhtParts;
  dht.querySelf.stop();
  dht.routingTableRefresh.stop();
  dht.queryManager.initialQuerySelfHasRun = undefined;
  const { kb } = dht.routingTable;
  const { verify } = kb;
  kb.verify = async () => true;
  for (const contact of contacts) {
    const peer = contact.libp2p.peerId;
    await libp2p.peerStore.merge(peer, { multiaddrs: [multiaddr(addressOf(contact))] });
    await dht.routingTable.add(peer);
  }
  kb.verify = verify;
}

/** Contacts in its routing table. */
export const contactsOf = ({ libp2p }: DhtHost): number =>
  (libp2p.services.dht as unknown as DhtParts).routingTable.size;

const addressOf = ({ peerId }: DhtHost): string => `/memory/${peerId}`;
