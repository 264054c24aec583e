import type { Hex } from "@lloom/protocol/commitment-types";
import { addressOf, hashOf, isAddress, isHash } from "@lloom/protocol/identifiers";
import { readAddressRoles, readHashMatches, readPeerPath } from "./indexer/lookup.ts";
import { isModelKnown } from "./indexer/models.ts";
import { readSettlement } from "./indexer/settlements.ts";
import { hrefWith } from "./list-query.ts";
import { hashOfName } from "./models/model-names.ts";
import { readHead } from "./moment/head.ts";
import { answered, type IndexReply } from "./problem.ts";

/** What a searched text looks like. */
export type SearchKind = "address" | "hash" | "block" | "settlement" | "peer" | "unknown";

const PEER_ID = /^(16Uiu2|12D3Koo|Qm)[1-9A-HJ-NP-Za-km-z]{38,60}$/;
/** With thousands separated, as pages show it, or not. */
const BLOCK = /^(?:\d{1,15}|\d{1,3}(?:,\d{3}){1,4})$/;
/** Ids are the indexer's own: digits, letters and dashes. */
const SETTLEMENT_ID = /^[0-9a-zA-Z-]{6,160}$/;

/** Takes the searched text as people paste it: with spaces around, in capitals, without 0x, or a whole page address. */
export function normalizeQuery(text: string): string {
  const last =
    text
      .trim()
      .split("/")
      .findLast((part) => part !== "") ?? "";
  const prefixed = /^0x/i.test(last) ? last : `0x${last}`;
  return addressOf(prefixed) ?? hashOf(prefixed) ?? last;
}

export function kindOf(query: string): SearchKind {
  if (isAddress(query)) return "address";
  if (isHash(query)) return "hash";
  if (PEER_ID.test(query)) return "peer";
  if (BLOCK.test(query)) return "block";
  return SETTLEMENT_ID.test(query) ? "settlement" : "unknown";
}

export const isSettlementId = (text: string): boolean => SETTLEMENT_ID.test(text);

async function findAddress(address: Hex): Promise<IndexReply<string | undefined>> {
  const roles = await readAddressRoles(address);
  if (!roles.ok) return roles;
  const { executor, validator, client, other } = roles.value;
  const pages = [executor && "executors", validator && "validators", client && "clients"].filter(
    (page) => page !== false,
  );
  // Who is one thing alone has a page of its own; all else stands together.
  if (pages.length === 1 && !other) return answered(`/${pages[0]}/${address}`);
  return answered(pages.length > 0 || other ? `/address/${address}` : undefined);
}

async function findHash(hash: Hex): Promise<IndexReply<string | undefined>> {
  const matches = await readHashMatches(hash);
  if (!matches.ok) return matches;
  // The id of a delivery dispute is the digest of its response: the dispute leads to the settlement.
  if (matches.value.isDispute) return answered(`/disputes/${hash}`);
  if (matches.value.isTransaction) return answered(`/tx/${hash}`);
  const [id] = matches.value.settlementIds;
  return id === undefined ? findModel(hash) : answered(`/settlements/${id}`);
}

/** A block that the index has; a number beyond may be the name of a model. */
async function findBlock(query: string, asTyped: string): Promise<IndexReply<string | undefined>> {
  const number = BigInt(query.replaceAll(",", ""));
  const named = await findName(asTyped);
  if (!named.ok || named.value !== undefined) return named;
  const head = await readHead();
  return answered(typeof head === "object" && number <= BigInt(head.block) ? `/blocks/${number}` : undefined);
}

async function findModel(hash: Hex, name?: string): Promise<IndexReply<string | undefined>> {
  const known = await isModelKnown(hash);
  return known.ok ? answered(known.value ? hrefWith(`/models/${hash}`, { name }) : undefined) : known;
}

async function findSettlement(id: string, asTyped: string): Promise<IndexReply<string | undefined>> {
  const settlement = await readSettlement(id);
  if (!settlement.ok || settlement.value === undefined) return settlement.ok ? findName(asTyped) : settlement;
  return answered(`/settlements/${id}`);
}

/** The model of a name; its page gets the name along, which hashing proves there. */
const findName = (name: string): Promise<IndexReply<string | undefined>> => findModel(hashOfName(name), name);

/** The page of what was searched, undefined if the indexer knows nothing by that name. Names of models count as they were typed. */
export async function findPath(query: string, asTyped: string): Promise<IndexReply<string | undefined>> {
  switch (kindOf(query)) {
    case "address":
      return findAddress(query as Hex);
    case "hash":
      return findHash(query as Hex);
    case "peer":
      return readPeerPath(query);
    case "block":
      return findBlock(query, asTyped);
    case "settlement":
      return findSettlement(query, asTyped);
    case "unknown":
      return findName(asTyped);
  }
}
