import type { TokenUnit } from "@lloom/protocol/amounts";
import type { Hex } from "@lloom/protocol/commitment-types";
import type { Dispute } from "../dispute-rows.ts";
import { OFFENCE_WORDS, STATE_WORDS } from "../disputes/words.ts";
import { formatMoment, formatMoney, formatQuantity, shortHex } from "../format.ts";
import type { JailMove } from "../indexer/feeds.ts";
import type { SettlementRow } from "../rows.ts";
import type { FeedEntry } from "./atom.ts";

/** Entries that a feed has at most. */
export const MOST_ENTRIES = 40;

/** A name for a thing of one deployment that no other thing has. */
export const urnOf = (
  { chainId, accounting }: { readonly chainId: bigint; readonly accounting: Hex },
  ...parts: readonly string[]
): string => ["urn:lloom", String(chainId), accounting, ...parts].join(":");

interface Naming {
  readonly network: { readonly chainId: bigint; readonly accounting: Hex };
  readonly token: TokenUnit;
}

/** A dispute by its present state: a reader sees it anew when that changes. */
export function disputeEntry({ network, token }: Naming, dispute: Dispute): FeedEntry {
  const { disputeId, offence, state, executorAddress, challenger, atStake, timestamp, closedAt, until } = dispute;
  const { kind, accusation } = OFFENCE_WORDS[offence];
  const { text } = state === "UNKNOWN" ? { text: "Unknown state" } : STATE_WORDS[state];
  const deadline = closedAt === null && until !== null ? ` The next deadline is ${formatMoment(until)}.` : "";
  return {
    id: urnOf(network, "dispute", disputeId, state.toLowerCase()),
    title: `${kind} dispute against ${shortHex(executorAddress)}: ${text}`,
    summary: `${accusation} Against ${executorAddress}, by ${challenger}; at stake: ${formatMoney(atStake, token)}.${deadline}`,
    path: `/disputes/${disputeId}`,
    at: closedAt ?? timestamp,
  };
}

/** A settlement of an executor's. */
export function settlementEntry(
  { network, token }: Naming,
  { id, paid, requests, clientAddress, timestamp }: SettlementRow,
): FeedEntry {
  return {
    id: urnOf(network, "settlement", id),
    title: `${formatMoney(paid, token)} for ${formatQuantity(requests, "answer")}`,
    summary: `The client ${clientAddress} paid ${formatMoney(paid, token)} for ${formatQuantity(requests, "answer")}.`,
    path: `/settlements/${id}`,
    at: timestamp,
  };
}

/** A member that came into jail, or out of it. */
export function jailEntry(
  { network }: Naming,
  { id, memberAddress, kind, jailedUntil, timestamp }: JailMove,
): FeedEntry {
  const until = jailedUntil === null ? "" : ` It may ask to be let out from ${formatMoment(jailedUntil)} on.`;
  return {
    id: urnOf(network, "jail", id),
    title: kind === "JAIL" ? "Put in jail" : "Out of jail",
    summary: `${memberAddress} ${kind === "JAIL" ? "was put in jail: its stake covers nothing." : "left jail and is active again."}${kind === "JAIL" ? until : ""}`,
    path: `/executors/${memberAddress}?tab=stake`,
    at: timestamp,
  };
}

/** The newest ones, the newest first. */
export const newestFirst = (entries: readonly FeedEntry[]): readonly FeedEntry[] =>
  entries.toSorted((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1)).slice(0, MOST_ENTRIES);
