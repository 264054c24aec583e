import type { Connection } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { LloomError } from "../../errors.ts";
import { pause } from "../../primitives/pause.ts";
import type { Host } from "./host.ts";

/** Between the beginnings of two dials of one peer, as RFC 8305 ("Happy Eyeballs") has it. */
const STAGGER_MS = 250;
/** Addresses of one peer that are tried at all. */
const MOST_ADDRESSES = 16;

/**
 * Connects to a peer at one of its addresses: each gets a head start of a quarter of a second, so that one that swallows
 * everything hides no good one behind it. Last, the DHT is asked where the peer is now; it may have moved. Throws what the
 * first address said; at the signal, what that brings.
 */
export async function dialStaggered(
  host: Host,
  { peerId, addresses }: { readonly peerId: string; readonly addresses: readonly Multiaddr[] },
  signal: AbortSignal,
): Promise<Connection> {
  const tried = new Set(addresses.map(String));
  return raced(
    [
      ...addresses
        .slice(0, MOST_ADDRESSES)
        .map((address) => (ended: AbortSignal) => dialOne(host, peerId, address, ended)),
      (ended) => dialWhereItIsNow(host, { peerId, tried }, ended),
    ],
    signal,
  );
}

type Try = (ended: AbortSignal) => Promise<Connection>;

/** The first connection that comes; each try begins when the one before has failed or had its head start. */
async function raced(tries: readonly Try[], signal: AbortSignal): Promise<Connection> {
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  let start: Promise<unknown> = Promise.resolve();
  const dials = tries.map((attempt) => {
    const dial = start.then(() => {
      ended.throwIfAborted();
      return attempt(ended);
    });
    start = start.then(() => Promise.race([pause(STAGGER_MS, ended), dial.catch(() => undefined)]));
    return dial;
  });
  try {
    const winner = await Promise.any(dials);
    // One that connected in the same moment is not needed.
    for (const dial of dials)
      void dial.then((late) => (late === winner ? undefined : late.close())).catch(() => undefined);
    return winner;
  } catch (cause) {
    throw cause instanceof AggregateError ? cause.errors[0] : cause;
  } finally {
    over.abort();
  }
}

/**
 * Dials without the peer's id, since libp2p joins all dials of one id into one that takes them in turn; so who answered is
 * checked here.
 */
async function dialOne(host: Host, peerId: string, address: Multiaddr, signal: AbortSignal): Promise<Connection> {
  // A relay has to be told whom it should call.
  const isRelayed = address.toString().includes("/p2p-circuit");
  const dialled = isRelayed ? address : address.decapsulate(`/p2p/${peerId}`);
  const connection = await host.libp2p.dial(dialled, { signal });
  if (connection.remotePeer.toString() === peerId) return connection;
  const problem = new LloomError("EXECUTOR_UNREACHABLE", `Another peer answers at ${address}.`);
  connection.abort(problem);
  throw problem;
}

/** Asks the DHT for other addresses of the peer, and dials what it hears of. */
async function dialWhereItIsNow(
  host: Host,
  { peerId, tried }: { readonly peerId: string; readonly tried: Set<string> },
  signal: AbortSignal,
): Promise<Connection> {
  let failure: unknown;
  for await (const address of addressesInDht(host, peerId, signal)) {
    if (tried.has(address)) continue;
    tried.add(address);
    try {
      return await dialOne(host, peerId, multiaddr(address), signal);
    } catch (thrown) {
      failure = thrown;
    }
  }
  throw failure ?? new LloomError("EXECUTOR_UNREACHABLE", "The DHT knows no other address of the peer.");
}

/** What those close to a peer's id say of where it is. The own peer store is left out: it knows where the peer was. */
async function* addressesInDht(host: Host, peerId: string, signal: AbortSignal): AsyncGenerator<string> {
  const key = peerIdFromString(peerId).toMultihash().bytes;
  for await (const event of host.libp2p.services.dht.getClosestPeers(key, { signal })) {
    if (event.name !== "PEER_RESPONSE") continue;
    for (const { id, multiaddrs } of event.closer)
      if (id.toString() === peerId) yield* multiaddrs.map((address) => `${address}/p2p/${peerId}`);
  }
}
