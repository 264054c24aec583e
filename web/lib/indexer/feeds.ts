import type { Address } from "@lloom/protocol/commitment-types";
import { DISPUTE, type Dispute } from "../dispute-rows.ts";
import { askNow } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { hex, oneOf, orNull, text, whole } from "../readers.ts";
import { ADDRESS, NETWORK, SETTLEMENT, type SettlementRow, TOKEN } from "../rows.ts";
import { type Row, readItems, readRowOrNull, selection } from "../shapes.ts";
import { NETWORK_ROW, rows } from "./query-parts.ts";

const NAMING = { ...TOKEN, chainId: NETWORK.chainId, accounting: NETWORK.accounting } as const;
const JAIL_MOVE = {
  id: text,
  memberAddress: hex,
  kind: oneOf({ JAIL: true, UNJAIL: true }),
  jailedUntil: orNull(whole),
  timestamp: whole,
} as const;
export type JailMove = Row<typeof JAIL_MOVE>;

/** What feeds are made of. */
export interface FeedRows {
  /** Undefined until the contracts are seen. */
  readonly network: Row<typeof NAMING> | undefined;
  readonly disputes: readonly Dispute[];
  readonly settlements: readonly SettlementRow[];
  readonly jailMoves: readonly JailMove[];
}

/** Rows of each kind; a reader that comes once a day misses few. */
const NEWEST = `orderBy: "timestamp", orderDirection: "desc", limit: 40`;

export const DISPUTES_FEED = defineQuery({
  takes: {},
  fields: `${NETWORK_ROW} { ${selection(NAMING)} } ${rows(DISPUTE, NEWEST, "disputes")}`,
  read: (data): FeedRows => ({
    network: readRowOrNull(NAMING, data["network"], "network"),
    disputes: readItems(DISPUTE, data["disputes"], "disputes"),
    ...{ settlements: [], jailMoves: [] },
  }),
});

/** All disputes, the newest. */
export const readDisputesFeed = (): Promise<IndexReply<FeedRows>> => askNow(DISPUTES_FEED, {});

export const EXECUTOR_FEED = defineQuery({
  takes: { address: "String!" },
  fields: `${NETWORK_ROW} { ${selection(NAMING)} } executor(address: $address) { ${selection(ADDRESS)} }
    ${rows(DISPUTE, `where: { executorAddress: $address }, ${NEWEST}`, "disputes")}
    ${rows(SETTLEMENT, `where: { executorAddress: $address }, ${NEWEST}`, "settlements")}
    ${rows(JAIL_MOVE, `where: { memberAddress: $address }, ${NEWEST}`, "jailMovements")}`,
  read: (data): FeedRows | undefined =>
    readRowOrNull(ADDRESS, data["executor"], "executor") && {
      network: readRowOrNull(NAMING, data["network"], "network"),
      disputes: readItems(DISPUTE, data["disputes"], "disputes"),
      settlements: readItems(SETTLEMENT, data["settlements"], "settlements"),
      jailMoves: readItems(JAIL_MOVE, data["jailMovements"], "jailMovements"),
    },
});

/** What happened to an executor, the newest of each kind; undefined for an address that is none. */
export const readExecutorFeed = (address: Address): Promise<IndexReply<FeedRows | undefined>> =>
  askNow(EXECUTOR_FEED, { address });
