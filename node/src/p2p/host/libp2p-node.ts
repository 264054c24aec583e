import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { type CircuitRelayService, circuitRelayServer } from "@libp2p/circuit-relay-v2";
import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import { dcutr } from "@libp2p/dcutr";
import { type GossipSub, gossipsub } from "@libp2p/gossipsub";
import { type Identify, identify } from "@libp2p/identify";
import type { AbortOptions, Connection, PeerId } from "@libp2p/interface";
import type { KadDHT } from "@libp2p/kad-dht";
import { type Ping, ping } from "@libp2p/ping";
import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { offersTopic } from "@lloom/protocol/names";
import type { Multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";
import { LloomError } from "../../errors.ts";
import { type HostLimits, RELAY_LIMITS, STREAM_WINDOW_BYTES } from "../limits.ts";
import { sendingTogether, writingWhole } from "../transport/few-writes.ts";
import { openTransports } from "../transport/transports.ts";
import type { AddressScope } from "./address-scope.ts";
import type { BanList } from "./bans.ts";
import { gossipScoring } from "./gossip-scoring.ts";
import type { HostOptions } from "./host-options.ts";
import { kademlia, PROVIDER_VALIDITY_MS } from "./kademlia.ts";
import { wholeMessageId } from "./whole-message-id.ts";

/** What a running host is asked for beside what libp2p shows. */
interface OwnTransports {
  listen(addresses: Multiaddr[]): Promise<void>;
  /** A connection of its own to this very address: libp2p joins dials of one peer, whichever address each of them asked for. */
  dial(address: Multiaddr, options: AbortOptions): Promise<Connection>;
}
export type HostServices = {
  identify: Identify;
  ping: Ping;
  dht: KadDHT;
  pubsub: GossipSub;
  dcutr: unknown;
  transports: OwnTransports;
  relay?: CircuitRelayService;
};

/** What a host decides with. */
export interface Parts {
  readonly limits: HostLimits;
  readonly bans: BanList;
  readonly scope: AddressScope;
}

/** Puts a libp2p node together, without starting it. Throws CONFIG_INVALID, KEYSTORE_INVALID. */
export async function buildLibp2p(options: HostOptions, { limits, bans, scope }: Parts): Promise<Libp2p<HostServices>> {
  const topic = offersTopic(options.network);
  const { listen, transports } = await openTransports(options);
  const hasTooMany = (peer: PeerId): boolean => libp2p.getConnections(peer).length >= limits.connectionsPerPeer;
  const libp2p = await createLibp2p<HostServices>({
    start: false,
    privateKey: privateKey(options.secret),
    addresses: {
      listen: [...listen],
      announce: [...(options.announce ?? [])],
      announceFilter: (own) => scope.announced(own),
    },
    transports: [...transports],
    connectionEncrypters: [writingWhole(noise())],
    streamMuxers: [
      sendingTogether(
        yamux({
          // The connection monitor below already notices a dead peer.
          enableKeepAlive: false,
          // Streams that a peer opens before this side has finished the upgrade; libp2p resets what is above 10, which a
          // client with a dozen calls on a fresh connection already is.
          maxEarlyStreams: 64,
          streamOptions: { maxStreamWindowSize: STREAM_WINDOW_BYTES },
        }),
      ),
    ],
    connectionManager: {
      maxConnections: limits.maxConnections,
      inboundConnectionThreshold: limits.inboundConnectionsPerSecond,
      maxIncomingPendingConnections: limits.maxPendingInbound,
      dialTimeout: limits.dialTimeoutMs,
    },
    // A peer that was unplugged sends no goodbye. 20 s leave a machine that is busy with inference time to answer. Both sides of a
    // connection do it, each time over a stream of its own.
    connectionMonitor: { pingInterval: 30_000, pingTimeout: { minTimeout: 20_000 } },
    connectionGater: {
      denyDialMultiaddr: (address) => !scope.mayDial(address),
      denyDialPeer: (peer) => bans.has(peer.toString()),
      denyInboundEncryptedConnection: (peer) => peer.type !== "secp256k1" || bans.has(peer.toString()),
      denyInboundUpgradedConnection: (peer) => hasTooMany(peer),
      denyOutboundEncryptedConnection: (peer) => peer.type !== "secp256k1" || bans.has(peer.toString()),
    },
    // A provider whose peer record has expired makes a DHT server reset the whole answer about its key; so peer records
    // outlive provider records (which are only removed at the next round of cleaning).
    peerStore: { maxAddressAge: 2 * PROVIDER_VALIDITY_MS, maxPeerAge: 4 * PROVIDER_VALIDITY_MS },
    services: {
      identify: identify({ runOnLimitedConnection: true }),
      ping: ping(),
      dcutr: dcutr(),
      transports: ({ transportManager }) => ({
        listen: (addresses) => transportManager.listen(addresses),
        dial: (address, dialling) => transportManager.dial(address, dialling),
      }),
      ...(options.relays === true ? { relay: circuitRelayServer({ reservations: RELAY_LIMITS }) } : {}),
      dht: kademlia({ serves: options.dhtServer && listen.length > 0, meantOf: scope.meantOf }),
      pubsub: gossipsub({
        // The first node of a network has nobody to tell, which is no error.
        allowPublishToZeroTopicPeers: true,
        allowedTopics: [topic],
        maxInboundDataLength: 4 * WIRE_LIMITS.offerBytes,
        // To tell all neighbours what need not be sent costs a frame for each, as an offer that comes twice does.
        idontwantMinDataSize: 4 * WIRE_LIMITS.offerBytes,
        // Every neighbour passes on the same message: only the first costs a check of its signature.
        fastMsgIdFn: wholeMessageId,
        ...gossipScoring(topic),
      }),
    },
  });
  return libp2p;
}

function privateKey(secret: Uint8Array) {
  try {
    const key = privateKeyFromRaw(secret);
    if (key.type === "secp256k1") return key;
  } catch (cause) {
    throw new LloomError("KEYSTORE_INVALID", "The node's key is not a secp256k1 key.", { cause });
  }
  throw new LloomError("KEYSTORE_INVALID", "The node's key must be the 32 bytes of a secp256k1 key.");
}
