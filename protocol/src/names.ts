/**
 * Names on the wire. Those that could mix two networks carry the chain's id and the contract's address.
 * Source: the protocol's network section.
 */

/** Which deployment a node works with. */
export interface NetworkId {
  readonly chainId: bigint;
  /** Address of AccountingV2, 0x-prefixed, any case. */
  readonly accounting: string;
}

/** Kademlia of this network alone. */
export const KAD_PROTOCOL = "/lloom/kad/1.0.0";
/** Long-lived framed CBOR stream, many requests at once. */
export const INFER_PROTOCOL = "/lloom/infer/1";
/** Unary calls: bare CBOR, each direction to the end of the stream. */
export const RPC_PROTOCOL = "/lloom/rpc/1";
/** Evidence about one answer for whoever may judge it: framed CBOR, a stream for each question. */
export const EVIDENCE_PROTOCOL = "/lloom/evidence/1";

const scope = ({ chainId, accounting }: NetworkId): string => `${chainId}/${accounting.toLowerCase()}`;

/** Gossip topic of signed offers. */
export const offersTopic = (network: NetworkId): string => `lloom/offers/${scope(network)}`;

/** DHT key under which executors of a deployment announce themselves. */
export const executorKey = (network: NetworkId): string => `lloom/executor/${scope(network)}`;

/** DHT key under which validators of a deployment announce themselves. */
export const validatorKey = (network: NetworkId): string => `lloom/validator/${scope(network)}`;

/** DHT key under which executors of one model announce themselves. */
export const modelKey = (network: NetworkId, model: string): string => `lloom/model/${scope(network)}/${model}`;
