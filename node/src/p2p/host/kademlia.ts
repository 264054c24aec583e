import { type KadDHT, type KadDHTComponents, type KadDHTInit, kadDHT } from "@libp2p/kad-dht";
import { KAD_PROTOCOL } from "@lloom/protocol/names";

const MINUTE_MS = 60_000;
/** How long a DHT server believes a provider record; announcements are renewed well before. */
export const PROVIDER_VALIDITY_MS = 30 * MINUTE_MS;

export interface KademliaOptions {
  /** Whether it answers queries: nobody can ask a node that does not listen. */
  readonly serves: boolean;
  /** Addresses of a peer that mean anything here. The library's own drops private ones; a devnet or an office has no others. */
  readonly meantOf: NonNullable<KadDHTInit["peerInfoMapper"]>;
}

/** The network's own Kademlia, as every host has it. */
export const kademlia = ({ serves, meantOf }: KademliaOptions): ((components: KadDHTComponents) => KadDHT) =>
  kadDHT({
    protocol: KAD_PROTOCOL,
    clientMode: !serves,
    peerInfoMapper: meantOf,
    // Queries wait for the first query of the own id; its default adds a second to the start.
    initialQuerySelfInterval: 150,
    // Simulated with a third of the peers dead: a lookup ends in 0.2 s at the 95th percentile, with 3 at once in 5 s.
    alpha: 8,
    disjointPaths: 2,
    reprovide: { validity: PROVIDER_VALIDITY_MS, interval: 5 * MINUTE_MS, threshold: PROVIDER_VALIDITY_MS / 2 },
  });
