import type { NetworkId } from "@lloom/protocol/names";
import type { Log } from "../../log.ts";
import type { HostLimits } from "../limits.ts";
import type { TlsCertificate } from "../transport/transports.ts";

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
  /** Whether to relay for peers that nobody can dial, within limits: validators. */
  readonly relays?: boolean;
  readonly log: Log;
  readonly limits?: Partial<HostLimits>;
}
