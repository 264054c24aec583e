import type { Hex } from "@lloom/protocol/commitment-types";
import { ask } from "../graphql.ts";
import { answered, type IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { hex } from "../readers.ts";
import { ADDRESS, ID, NETWORK } from "../rows.ts";
import { readItems, readRowOrNull, selection } from "../shapes.ts";
import { NETWORK_ROW } from "./query-parts.ts";

const CONTRACTS = {
  accounting: NETWORK.accounting,
  stakeRegistry: NETWORK.stakeRegistry,
  audits: hex,
  paymentToken: hex,
  treasury: hex,
} as const;

/** Which tables know an address. */
export interface AddressRoles {
  readonly executor: boolean;
  readonly validator: boolean;
  readonly client: boolean;
  /** A session key, or one of the network's contracts. */
  readonly other: boolean;
}

export const ADDRESS_ROLES = defineQuery({
  takes: { address: "String!" },
  fields: `executor(address: $address) { address } validator(address: $address) { address }
    client(address: $address) { address } sessionSigner(address: $address) { address }
    judges(where: { address: $address }, limit: 1) { items { address } }
    ${NETWORK_ROW} { ${selection(CONTRACTS)} }`,
  read:
    (data) =>
    (address: Hex): AddressRoles => ({
      executor: data["executor"] !== null,
      validator: data["validator"] !== null,
      client: data["client"] !== null,
      other:
        data["sessionSigner"] !== null ||
        readItems(ADDRESS, data["judges"], "judges").length > 0 ||
        Object.values(readRowOrNull(CONTRACTS, data["network"], "network") ?? {}).includes(address),
    }),
});

/** What an address is in this network. */
export async function readAddressRoles(address: Hex): Promise<IndexReply<AddressRoles>> {
  const roles = await ask(ADDRESS_ROLES, { address });
  return roles.ok ? answered(roles.value(address)) : roles;
}

/** Where a 32-byte hash occurs: as a transaction, as a dispute's id, or as the request or response of a settlement. */
export interface HashMatches {
  readonly isTransaction: boolean;
  readonly isDispute: boolean;
  /** Ids of settlements whose signed request or response has this digest. */
  readonly settlementIds: readonly string[];
}

const OF_TRANSACTION = [
  ...["transactions", "rejections", "moves", "proofs"],
  ...["deposits", "stakes", "payouts", "claims"],
] as const;

export const HASH_MATCHES = defineQuery({
  takes: { hash: "String" },
  fields: `transactions: settlements(where: { transactionHash: $hash }, limit: 1) { items { id } }
    rejections: pairRejections(where: { transactionHash: $hash }, limit: 1) { items { id } }
    moves: disputeMoves(where: { transactionHash: $hash }, limit: 1) { items { id } }
    proofs: disputes(where: { transactionHash: $hash }, limit: 1) { items { id } }
    deposits: clientMovements(where: { transactionHash: $hash }, limit: 1) { items { id } }
    stakes: stakeMovements(where: { transactionHash: $hash }, limit: 1) { items { id } }
    payouts: earningsWithdrawals(where: { transactionHash: $hash }, limit: 1) { items { id } }
    claims: rewardMovements(where: { transactionHash: $hash }, limit: 1) { items { id } }
    disputes(where: { disputeId: $hash }, limit: 1) { items { id } }
    pairs: settlements(where: { OR: [{ requestHash: $hash }, { responseHash: $hash }] }, limit: 2) { items { id } }`,
  read: (data): HashMatches => ({
    isTransaction: OF_TRANSACTION.some((name) => readItems(ID, data[name], name).length > 0),
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
