import type { Connection, Stream } from "@libp2p/interface";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { asLloomError, LloomError } from "../../errors.ts";
import { type Host, peerIdOf } from "./host.ts";
import { knownPeerId } from "./known-peer-id.ts";
import { dialStaggered } from "./staggered-dial.ts";

/** A peer and where it may be found; the DHT is asked when it is not there. */
export interface PeerTarget {
  readonly peerId: string;
  readonly multiaddrs: readonly string[];
}

/**
 * Connects to whoever answers at an address, with or without a peer's id, within the host's dial timeout; returns its id. Throws
 * EXECUTOR_UNREACHABLE, or CANCELLED when the signal came first.
 */
export async function connectAt({ libp2p, limits }: Host, address: string, signal: AbortSignal): Promise<string> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.dialTimeoutMs)]);
  try {
    return (await libp2p.dial(multiaddr(address), { signal: deadline })).remotePeer.toString();
  } catch (cause) {
    if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.", { cause });
    const why = cause instanceof AggregateError ? asLloomError(cause.errors[0]).message : asLloomError(cause).message;
    throw new LloomError("EXECUTOR_UNREACHABLE", why, { cause });
  }
}

export interface StreamOptions {
  readonly target: PeerTarget;
  readonly protocol: string;
  /** Streams of this protocol that may be open with the peer at a time. */
  readonly maxStreams: number;
  readonly signal: AbortSignal;
}

/**
 * Connects to a peer unless that is done already, within the host's dial timeout, or `mostMs` if that is less. Throws
 * EXECUTOR_UNREACHABLE, or CANCELLED when the signal came first.
 */
export async function connect(
  host: Host,
  target: PeerTarget,
  signal: AbortSignal,
  mostMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { peerId } = target;
  if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.");
  if (host.isBanned(peerId)) throw new LloomError("EXECUTOR_UNREACHABLE", `Peer ${peerId} broke the protocol lately.`);
  const { libp2p, limits } = host;
  if (libp2p.getConnections(knownPeerId(peerId)).length > 0) return;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(Math.min(limits.dialTimeoutMs, mostMs)))]);
  try {
    await dialStaggered(host, { peerId, addresses: usableAddresses(target) }, deadline);
  } catch (cause) {
    if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.", { cause });
    const why = asLloomError(cause).message;
    throw new LloomError("EXECUTOR_UNREACHABLE", `Peer ${peerId} cannot be reached: ${why}`, { cause });
  }
}

/**
 * A stream to a peer, over the connection that there is or a new one, within the host's dial timeout. Throws
 * EXECUTOR_UNREACHABLE; CANCELLED if the signal came first.
 */
export async function openStream(host: Host, options: StreamOptions): Promise<Stream> {
  const { target, signal } = options;
  if (host.isBanned(target.peerId)) throw unreachable(target, "it broke the protocol and is avoided for a while");
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(host.limits.dialTimeoutMs)]);
  try {
    return await negotiate(host, options, deadline);
  } catch (cause) {
    if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.", { cause });
    throw unreachable(target, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** A connection may be dead and nobody has noticed yet; writing to it tells, and then a new one is dialled. */
async function negotiate(
  host: Host,
  { target, protocol, maxStreams }: StreamOptions,
  signal: AbortSignal,
): Promise<Stream> {
  const { peerId } = target;
  const peer = knownPeerId(peerId);
  for (;;) {
    const old = bestOf(host.libp2p.getConnections(peer));
    const connection = old ?? (await dialStaggered(host, { peerId, addresses: usableAddresses(target) }, signal));
    try {
      return await connection.newStream(protocol, {
        ...{ signal, maxOutboundStreams: maxStreams, runOnLimitedConnection: true },
      });
    } catch (cause) {
      if (connection !== old || signal.aborted || !isDead(connection, cause)) throw cause;
      connection.abort(new LloomError("STREAM_INTERRUPTED", "The connection was lost.", { cause }));
    }
  }
}

/** Whether there is a connection to a peer that no relay limits. */
export const isDirect = ({ libp2p }: Pick<Host, "libp2p">, peerId: string): boolean =>
  libp2p.getConnections(knownPeerId(peerId)).some(({ status, limits }) => status === "open" && limits === undefined);

/** A connection that is open, rather one that no relay limits. */
function bestOf(connections: readonly Connection[]): Connection | undefined {
  const open = connections.filter(({ status }) => status === "open");
  return open.find(({ limits }) => limits === undefined) ?? open[0];
}

/** libp2p calls a connection open for a moment after its muxer has closed. */
function isDead(connection: Connection, cause: unknown): boolean {
  return connection.status !== "open" || (cause instanceof Error && cause.name === "ConnectionClosedError");
}

/** An error of a peer that could not be reached, with why. */
export function unreachable(target: PeerTarget, why: string, cause?: unknown): LloomError {
  const details = { peer: target.peerId };
  const message = `Peer ${target.peerId} cannot be reached: ${why}.`;
  return new LloomError("EXECUTOR_UNREACHABLE", message, cause === undefined ? { details } : { details, cause });
}

/** Addresses of this peer alone: what others say about where it is may be nonsense. */
function usableAddresses({ peerId, multiaddrs }: PeerTarget): Multiaddr[] {
  const usable: Multiaddr[] = [];
  for (const text of multiaddrs) {
    const address = parsed(text);
    if (address === undefined) continue;
    const named = peerIdOf(address);
    if (named === undefined) usable.push(address.encapsulate(`/p2p/${peerId}`));
    else if (named === peerId) usable.push(address);
  }
  return usable;
}

function parsed(text: string): Multiaddr | undefined {
  try {
    return multiaddr(text);
  } catch {
    return undefined;
  }
}
