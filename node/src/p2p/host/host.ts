import { peerIdFromString } from "@libp2p/peer-id";
import type { Address } from "@lloom/protocol/commitment-types";
import { type NetworkId, offersTopic } from "@lloom/protocol/names";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import type { Libp2p } from "libp2p";
import { LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { HOST_LIMITS, type HostLimits } from "../limits.ts";
import { NativeWebRtc } from "../transport/native-webrtc.ts";
import { listensAtWebRtc } from "../transport/transports.ts";
import { AddressScope } from "./address-scope.ts";
import { BanList } from "./bans.ts";
import { Blame } from "./blame.ts";
import { keepBootstrapped } from "./bootstrap.ts";
import { Departed } from "./departed.ts";
import type { HostOptions } from "./host-options.ts";
import { Places } from "./keep-places.ts";
import { buildLibp2p, type HostServices } from "./libp2p-node.ts";
import { listenRelayed } from "./listen-relayed.ts";
import { useNativeSignatures } from "./native-signatures.ts";
import { peerAddress } from "./peer-address.ts";

const STOP_TIMEOUT_MS = 5_000;
/** After this, a connection that closes is cut. */
const HANG_UP_MS = 1_000;

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
  /** Ids of the peers that it was told to join through. */
  readonly anchors: readonly string[];
  /** Whether it answers DHT queries, if it does at all: nobody should be sent to a peer that cannot be dialled. */
  serveDht(isDialled: boolean): Promise<void>;
  /** Takes a place at a relay among its neighbours, through which it is called from then on. Returns when it has one, or none is found soon. */
  listenRelayed(): Promise<void>;
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
  if (listensAtWebRtc(options.listen)) started.use(new NativeWebRtc());
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
  let relayed: Promise<void> | undefined;
  const running = started.move();

  return {
    peerId: libp2p.peerId.toString(),
    address: peerAddress(libp2p.peerId.toString()),
    network: options.network,
    limits,
    bootstrap: bootstrap.length,
    libp2p,
    scope,
    anchors: bootstrap.flatMap((address) => peerIdOf(address) ?? []),
    serveDht: (isDialled) => libp2p.services.dht.setMode(isDialled && options.dhtServer ? "server" : "client"),
    listenRelayed: () => {
      relayed ??= listenRelayed(libp2p, background.signal);
      return relayed;
    },
    multiaddrs: () => libp2p.getMultiaddrs().map((address) => address.toString()),
    peers: () => connectedIds(libp2p).size,
    connected: () => [...connectedIds(libp2p)],
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

/** Not by libp2p's getPeers(), which computes every peer's public key anew: that was a tenth of what an idle node computed. */
const connectedIds = (libp2p: Pick<Libp2p, "getConnections">): Set<string> =>
  new Set(libp2p.getConnections().map(({ remotePeer }) => remotePeer.toString()));

/** The peer id at the end of an address, if it has one. */
export function peerIdOf(address: Multiaddr): string | undefined {
  return address.getComponents().findLast((component) => component.name === "p2p")?.value;
}

async function start(libp2p: Libp2p<HostServices>): Promise<void> {
  try {
    await libp2p.start();
  } catch (cause) {
    throw listenProblem(cause);
  }
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
