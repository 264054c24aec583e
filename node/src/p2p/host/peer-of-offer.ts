import type { SignedOffer } from "@lloom/protocol/messages";
import type { PeerTarget } from "./dial.ts";
import { peerAddress } from "./peer-address.ts";

/**
 * The peer that made an offer: the one whose id is the executor's own key. Addresses that name any other peer are left out,
 * since the prompt is for nobody else. `undefined` when none is left.
 */
export function peerOfOffer({ offer, multiaddrs }: SignedOffer): PeerTarget | undefined {
  const byPeer = multiaddrs.flatMap((multiaddr) => {
    const peerId = /\/p2p\/([^/]+)$/.exec(multiaddr)?.[1];
    return peerId !== undefined && isPeerOf(peerId, offer.executor) ? [{ peerId, multiaddr }] : [];
  });
  const [first] = byPeer;
  return first && { peerId: first.peerId, multiaddrs: byPeer.map(({ multiaddr }) => multiaddr) };
}

function isPeerOf(peerId: string, executor: string): boolean {
  try {
    return peerAddress(peerId) === executor;
  } catch {
    return false;
  }
}
