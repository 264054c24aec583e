import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import { type GossipSub, gossipsub } from "@libp2p/gossipsub";
import { type Identify, identify } from "@libp2p/identify";
import type { PeerId } from "@libp2p/interface";
import { type KadDHT, kadDHT } from "@libp2p/kad-dht";
import { peerIdFromString } from "@libp2p/peer-id";
import { type Ping, ping } from "@libp2p/ping";
import type { Address } from "@lloom/protocol/commitment-types";
import { WIRE_LIMITS } from "@lloom/protocol/messages";
import { KAD_PROTOCOL, type NetworkId, offersTopic } from "@lloom/protocol/names";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { createLibp2p, type Libp2p } from "libp2p";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { HOST_LIMITS, type HostLimits, STREAM_WINDOW_BYTES } from "../limits.ts";
import { AddressScope } from "./address-scope.ts";
import { BanList } from "./bans.ts";
import { Blame } from "./blame.ts";
import { keepBootstrapped } from "./bootstrap.ts";
import { Departed } from "./departed.ts";
import { gossipScoring } from "./gossip-scoring.ts";
import { Places } from "./keep-places.ts";
import { useNativeSignatures } from "./native-signatures.ts";
import { peerAddress } from "./peer-address.ts";
import { openTransports, type TlsCertificate } from "./transports.ts";
import { wholeMessageId } from "./whole-message-id.ts";

const MINUTE_MS = 60_000;
/** How long a DHT server believes a provider record; announcements are renewed well before. */
export const PROVIDER_VALIDITY_MS = 30 * MINUTE_MS;
const STOP_TIMEOUT_MS = 5_000;
/** After this, a connection that closes is cut. */
const HANG_UP_MS = 1_000;

export interface HostOptions {
  /** The 32 bytes of the node's secp256k1 key, which is also its wallet's. */
  readonly secret: Uint8Array;
  readonly network: NetworkId;
  /** Multiaddrs to listen on; none for a node that only dials. */
  readonly listen: readonly string[];
  /** Multiaddrs at which others reach it, instead of those that it listens on; the peer id is added. */
  readonly announce?: readonly string[];
  /** Multiaddrs of peers through which the network is found. */
  readonly bootstrap: readonly string[];
  /** Other multiaddrs that the node's owner names: dialled also where those that strangers tell would not be. */
  readonly given?: readonly string[];
  /** For listeners at `/tls/ws`. */
  readonly tls?: TlsCertificate | undefined;
  /** Whether to answer DHT queries: validators and executors that others can reach. */
  readonly dhtServer: boolean;
  readonly log: Log;
  readonly limits?: Partial<HostLimits>;
}

export type HostServices = { identify: Identify; ping: Ping; dht: KadDHT; pubsub: GossipSub };

/** A running libp2p node. Disposing of it closes every connection and frees the port. */
export interface Host extends AsyncDisposable {
  readonly peerId: string;
  /** Wallet address of the same key. */
  readonly address: Address;
  readonly network: NetworkId;
  readonly limits: HostLimits;
  /** Where others reach it, each with the peer id: what they are told. */
  multiaddrs(): string[];
  /** What its addresses and those that others tell mean to whom. */
  readonly scope: AddressScope;
  /** Bootstrap addresses that it was given. */
  readonly bootstrap: number;
  /** Connected peers. */
  peers(): number;
  /** Their ids. */
  connected(): string[];
  /** Bans a peer that broke the protocol for `banMs`, and disconnects it as soon as it was `told` why, or could have been. */
  expel(peerId: string, problem: LloomError, told?: Promise<void>): Promise<void>;
  isBanned(peerId: string): boolean;
  /** The peer passed on what it should not have: forgiven for a while, and then the less heard of it. */
  blame(peerId: string): void;
  /** It was blamed so often that what it says of others is not worth a look for now. */
  isBlamed(peerId: string): boolean;
  /** The peer does business here, and keeps its place when strangers crowd. */
  know(peerId: string): void;
  isKnown(peerId: string): boolean;
  readonly libp2p: Libp2p<HostServices>;
}

/**
 * Starts the node: its transports, Noise, Yamux, identify, ping, the network's own Kademlia, gossipsub. Bootstrap peers are dialled in
 * the background, so that a node starts without them. Throws PORT_TAKEN, CONFIG_INVALID.
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const limits = { ...HOST_LIMITS, ...options.limits };
  useNativeSignatures();
  const bans = new BanList(limits.banMs);
  const bootstrap = options.bootstrap.map((text) => parseAddress(text, "bootstrap"));
  options.listen.map((text) => parseAddress(text, "listen"));
  (options.announce ?? []).map((text) => parseAddress(text, "announce"));
  const scope = new AddressScope(options);
  const libp2p = await buildLibp2p(options, { limits, bans, scope });

  await using started = new AsyncDisposableStack();
  started.defer(() => stopWithDeadline(libp2p, options.log));
  await start(libp2p);
  const places = started.use(new Places({ libp2p, mostStrangers: limits.mostStrangers }));
  started.use(new Departed({ libp2p, limits, log: options.log }));
  const blame = new Blame(libp2p.services.pubsub, {
    topic: offersTopic(options.network),
    blameMs: limits.banMs,
  });
  const background = new AbortController();
  const bootstrapped = keepBootstrapped({
    libp2p,
    addresses: bootstrap.filter((address) => peerIdOf(address) !== libp2p.peerId.toString()),
    dialTimeoutMs: limits.dialTimeoutMs,
    log: options.log,
    signal: background.signal,
  });
  started.defer(async () => {
    background.abort();
    await bootstrapped;
  });
  const running = started.move();

  return {
    peerId: libp2p.peerId.toString(),
    address: peerAddress(libp2p.peerId.toString()),
    network: options.network,
    limits,
    bootstrap: bootstrap.length,
    libp2p,
    scope,
    multiaddrs: () => libp2p.getMultiaddrs().map((address) => address.toString()),
    peers: () => libp2p.getPeers().length,
    connected: () => libp2p.getPeers().map((peer) => peer.toString()),
    isBanned: (peerId) => bans.has(peerId),
    blame: (peerId) => blame.note(peerId),
    isBlamed: (peerId) => blame.has(peerId),
    know: (peerId) => places.know(peerId),
    isKnown: (peerId) => places.isKnown(peerId),
    expel: async (peerId, problem, told) => {
      bans.add(peerId);
      options.log.warn({ peer: peerId, code: problem.code, problem: problem.message }, "peer banned for a while");
      await told;
      // What a connection says while it closes is of no interest; the ban stands.
      await libp2p
        .hangUp(peerIdFromString(peerId), { signal: AbortSignal.timeout(HANG_UP_MS) })
        .catch((cause: unknown) =>
          options.log.debug({ err: cause, peer: peerId }, "a banned peer's connection failed"),
        );
      bans.add(peerId);
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The peer id at the end of an address, if it has one. */
export function peerIdOf(address: Multiaddr): string | undefined {
  return address.getComponents().findLast((component) => component.name === "p2p")?.value;
}

interface Parts {
  readonly limits: HostLimits;
  readonly bans: BanList;
  readonly scope: AddressScope;
}

async function buildLibp2p(options: HostOptions, { limits, bans, scope }: Parts) {
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
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        // The connection monitor below already notices a dead peer.
        enableKeepAlive: false,
        // Streams that a peer opens before this side has finished the upgrade; libp2p resets what is above 10, which a
        // client with a dozen calls on a fresh connection already is.
        maxEarlyStreams: 64,
        streamOptions: { maxStreamWindowSize: STREAM_WINDOW_BYTES },
      }),
    ],
    connectionManager: {
      maxConnections: limits.maxConnections,
      inboundConnectionThreshold: limits.inboundConnectionsPerSecond,
      maxIncomingPendingConnections: limits.maxPendingInbound,
      dialTimeout: limits.dialTimeoutMs,
    },
    // A peer that was unplugged sends no goodbye. 20 s leave a machine that is busy with inference time to answer.
    connectionMonitor: { pingInterval: 15_000, pingTimeout: { minTimeout: 20_000 } },
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
      identify: identify(),
      ping: ping(),
      dht: kadDHT({
        protocol: KAD_PROTOCOL,
        // Nobody can ask a node that does not listen.
        clientMode: !options.dhtServer || listen.length === 0,
        // The default mapper drops private addresses; a devnet or an office has no others.
        peerInfoMapper: scope.meantOf,
        // Queries wait for the first query of the own id; its default adds a second to the start.
        initialQuerySelfInterval: 150,
        // Simulated with a third of the peers dead: a lookup ends in 0.2 s at the 95th percentile, with 3 at once in 5 s.
        alpha: 8,
        disjointPaths: 2,
        reprovide: { validity: PROVIDER_VALIDITY_MS, interval: 5 * MINUTE_MS, threshold: PROVIDER_VALIDITY_MS / 2 },
      }),
      pubsub: gossipsub({
        // The first node of a network has nobody to tell, which is no error.
        allowPublishToZeroTopicPeers: true,
        allowedTopics: [topic],
        maxInboundDataLength: 4 * WIRE_LIMITS.offerBytes,
        // Every neighbour passes on the same message: only the first costs a check of its signature.
        fastMsgIdFn: wholeMessageId,
        ...gossipScoring(topic),
      }),
    },
  });
  return libp2p;
}

async function start(libp2p: Libp2p<HostServices>): Promise<void> {
  try {
    await libp2p.start();
  } catch (cause) {
    throw listenProblem(cause);
  }
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

function parseAddress(text: string, setting: string): Multiaddr {
  try {
    return multiaddr(text);
  } catch (cause) {
    const example = "/ip4/127.0.0.1/tcp/4001";
    throw new LloomError("CONFIG_INVALID", `${setting}: "${text}" is not a multiaddr such as ${example}.`, {
      cause,
      next: `Correct --${setting}, or where else it is set.`,
    });
  }
}

/** libp2p tells what went wrong with which address only in the text of one error. */
function listenProblem(cause: unknown): LloomError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const taken = /^\s*(\/\S+): [^\n]*EADDRINUSE/m.exec(text)?.[1];
  if (taken !== undefined) {
    return new LloomError("PORT_TAKEN", `Another program listens on ${taken}.`, { cause, details: { address: taken } });
  }
  const reason = text.split("\n").find((line) => line.trim().startsWith("/"));
  return new LloomError("CONFIG_INVALID", `Cannot listen: ${reason?.trim() ?? text}`, {
    cause,
    next: "Give --listen an address of this machine, such as /ip4/127.0.0.1/tcp/0 or /ip4/0.0.0.0/tcp/4001.",
  });
}

async function stopWithDeadline(libp2p: Libp2p, log: Log): Promise<void> {
  const deadline = AbortSignal.timeout(STOP_TIMEOUT_MS);
  const late = new Promise<"late">((resolve) => deadline.addEventListener("abort", () => resolve("late")));
  if ((await Promise.race([libp2p.stop(), late])) === "late") log.warn({}, "the network did not stop in time");
}
