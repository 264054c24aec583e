import type { PeerId } from "@libp2p/interface";
import type { Address } from "@lloom/protocol/commitment-types";
import type { Host } from "../host/host.ts";
import { peerAddress } from "../host/peer-address.ts";

/**
 * Tells whose last connection ended, until the result is called. Whoever is killed loses its connections long before its offers
 * grow old; one that merely hung up says its offer again within seconds.
 */
export function whenLost(host: Host, tell: (address: Address) => void): () => void {
  const onLost = ({ detail }: CustomEvent<PeerId>): void => {
    // Hosts connect to nobody with another kind of key.
    if (detail.type === "secp256k1") tell(peerAddress(detail.toString()));
  };
  host.libp2p.addEventListener("peer:disconnect", onLost);
  return () => host.libp2p.removeEventListener("peer:disconnect", onLost);
}
