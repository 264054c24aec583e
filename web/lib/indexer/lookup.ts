import { ask } from "../graphql.ts";
import type { Answer } from "../problem.ts";
import { ADDRESS, readItems, SETTLEMENT_ID } from "../rows.ts";

/** Which tables know an address. */
export interface AddressRoles {
  readonly executor: boolean;
  readonly validator: boolean;
  readonly client: boolean;
}

export const readAddressRoles = (address: string): Promise<Answer<AddressRoles>> =>
  ask(
    {
      takes: "$address: String!",
      fields: `executor(address: $address) { address } validator(address: $address) { address }
      client(address: $address) { address }`,
      variables: { address },
    },
    (data) => ({
      executor: data["executor"] !== null,
      validator: data["validator"] !== null,
      client: data["client"] !== null,
    }),
  );

/** Where a 32-byte hash occurs: as a transaction, or as the request or response of a settlement. */
export interface HashMatches {
  readonly isTransaction: boolean;
  /** Ids of settlements whose signed request or response has this digest. */
  readonly settlementIds: readonly string[];
}

export const readHashMatches = (hash: string): Promise<Answer<HashMatches>> =>
  ask(
    {
      takes: "$hash: String",
      fields: `transactions: settlements(where: { transactionHash: $hash }, limit: 1) { items { id } }
      rejections: pairRejections(where: { transactionHash: $hash }, limit: 1) { items { id } }
      pairs: settlements(where: { OR: [{ requestHash: $hash }, { responseHash: $hash }] }, limit: 2) { items { id } }`,
      variables: { hash },
    },
    (data) => ({
      isTransaction:
        readItems(SETTLEMENT_ID, data["transactions"], "transactions").length > 0 ||
        readItems(SETTLEMENT_ID, data["rejections"], "rejections").length > 0,
      settlementIds: readItems(SETTLEMENT_ID, data["pairs"], "pairs").map(({ id }) => id),
    }),
  );

/** The page of the member that registered a peer id; undefined if none did. */
export const readPeerPath = (peerId: string): Promise<Answer<string | undefined>> =>
  ask(
    {
      takes: "$peerId: String",
      fields: `executors(where: { peerId: $peerId }, limit: 1) { items { address } }
      validators(where: { peerId: $peerId }, limit: 1) { items { address } }`,
      variables: { peerId },
    },
    (data) => {
      const [executor] = readItems(ADDRESS, data["executors"], "executors");
      const [validator] = readItems(ADDRESS, data["validators"], "validators");
      if (executor !== undefined) return `/executors/${executor.address}`;
      return validator && `/validators/${validator.address}`;
    },
  );
