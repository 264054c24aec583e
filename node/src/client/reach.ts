import { peerIdFromString } from "@libp2p/peer-id";
import { multiaddr } from "@multiformats/multiaddr";
import { asLloomError, LloomError } from "../errors.ts";
import type { PeerTarget } from "../p2p/dial.ts";
import type { Host } from "../p2p/host.ts";

/**
 * Connects to a peer unless that is done already. Throws EXECUTOR_UNREACHABLE, or CANCELLED when the signal came first.
 */
export async function reach(host: Host, { peerId, multiaddrs }: PeerTarget, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.");
  if (host.isBanned(peerId)) throw new LloomError("EXECUTOR_UNREACHABLE", `Peer ${peerId} broke the protocol lately.`);
  const { libp2p, limits } = host;
  if (libp2p.getConnections(peerIdFromString(peerId)).length > 0) return;
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.dialTimeoutMs)]);
  try {
    await libp2p.dial(
      multiaddrs.map((address) => multiaddr(address)),
      { signal: deadline },
    );
  } catch (cause) {
    if (signal.aborted) throw new LloomError("CANCELLED", "The caller cancelled.", { cause });
    const why = asLloomError(cause).message;
    throw new LloomError("EXECUTOR_UNREACHABLE", `Peer ${peerId} cannot be reached: ${why}`, { cause });
  }
}
