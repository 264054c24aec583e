import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { ADDRESS, ID } from "../rows.ts";
import { readItems } from "../shapes.ts";

/** Which tables know an address. */
export interface AddressRoles {
  readonly executor: boolean;
  readonly validator: boolean;
  readonly client: boolean;
}

export const ADDRESS_ROLES = defineQuery({
  takes: { address: "String!" },
  fields: `executor(address: $address) { address } validator(address: $address) { address }
    client(address: $address) { address }`,
  read: (data): AddressRoles => ({
    executor: data["executor"] !== null,
    validator: data["validator"] !== null,
    client: data["client"] !== null,
  }),
});

export const readAddressRoles = (address: string): Promise<IndexReply<AddressRoles>> => ask(ADDRESS_ROLES, { address });

/** Where a 32-byte hash occurs: as a transaction, as a dispute's id, or as the request or response of a settlement. */
export interface HashMatches {
  readonly isTransaction: boolean;
  readonly isDispute: boolean;
  /** Ids of settlements whose signed request or response has this digest. */
  readonly settlementIds: readonly string[];
}

export const HASH_MATCHES = defineQuery({
  takes: { hash: "String" },
  fields: `transactions: settlements(where: { transactionHash: $hash }, limit: 1) { items { id } }
    rejections: pairRejections(where: { transactionHash: $hash }, limit: 1) { items { id } }
    moves: disputeMoves(where: { transactionHash: $hash }, limit: 1) { items { id } }
    proofs: disputes(where: { transactionHash: $hash }, limit: 1) { items { id } }
    disputes(where: { disputeId: $hash }, limit: 1) { items { id } }
    pairs: settlements(where: { OR: [{ requestHash: $hash }, { responseHash: $hash }] }, limit: 2) { items { id } }`,
  read: (data): HashMatches => ({
    isTransaction: ["transactions", "rejections", "moves", "proofs"].some(
      (name) => readItems(ID, data[name], name).length > 0,
    ),
    isDispute: readItems(ID, data["disputes"], "disputes").length > 0,
    settlementIds: readItems(ID, data["pairs"], "pairs").map(({ id }) => id),
  }),
});

export const readHashMatches = (hash: string): Promise<IndexReply<HashMatches>> => ask(HASH_MATCHES, { hash });

export const PEER_OWNERS = defineQuery({
  takes: { peerId: "String" },
  fields: `executors(where: { peerId: $peerId }, limit: 1) { items { address } }
    validators(where: { peerId: $peerId }, limit: 1) { items { address } }`,
  read: (data): string | undefined => {
    const [executor] = readItems(ADDRESS, data["executors"], "executors");
    const [validator] = readItems(ADDRESS, data["validators"], "validators");
    if (executor !== undefined) return `/executors/${executor.address}`;
    return validator && `/validators/${validator.address}`;
  },
});

/** The page of the member that registered a peer id; undefined if none did. */
export const readPeerPath = (peerId: string): Promise<IndexReply<string | undefined>> => ask(PEER_OWNERS, { peerId });
