import { publicKeyFromRaw } from "@libp2p/crypto/keys";
import { peerIdFromPublicKey } from "@libp2p/peer-id";
import type { CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { recoverPublicKey } from "@lloom/protocol/signatures";
import type { PeerTarget } from "./dial.ts";

/** The peer whose key signed a digest, wherever it is: the DHT knows. `undefined` for a signature of nobody. */
export function signingPeer(digest: Hex, signature: CompactSignature): PeerTarget | undefined {
  const key = recoverPublicKey(digest, signature);
  if (key === undefined) return undefined;
  return { peerId: peerIdFromPublicKey(publicKeyFromRaw(key)).toString(), multiaddrs: [] };
}
