import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import {
  DAY,
  type Day,
  EXECUTOR,
  type Executor,
  HOUR,
  type Hour,
  NETWORK,
  type Network,
  SETTLEMENT,
  SETTLEMENT_WORK,
  type SettlementRow,
  type SettlementWork,
} from "../rows.ts";
import { readItems, readRowOrNull, selection } from "../shapes.ts";
import { CHART_SECONDS, DAY_SECONDS, NETWORK_ROW, rows, since } from "./query-parts.ts";

/** How far back hours are read; older work is shown by the day. */
const HOURS_BACK_SECONDS = 3 * 86_400;

export interface Overview {
  /** Undefined until the contracts are deployed and seen. */
  readonly network: Network | undefined;
  readonly settlements: readonly SettlementRow[];
  readonly executors: readonly Executor[];
  /** Oldest first; hours and days in which nothing was settled are absent. */
  readonly hours: readonly Hour[];
  readonly days: readonly Day[];
}

export const OVERVIEW = defineQuery({
  takes: { hour: "Float", day: "Float" },
  fields: `${NETWORK_ROW} { ${selection(NETWORK)} }
    ${rows(SETTLEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 10`, "settlements")}
    ${rows(EXECUTOR, `orderBy: "earned", orderDirection: "desc", limit: 6`, "executors")}
    ${rows(HOUR, `orderBy: "hour", orderDirection: "desc", limit: 100, where: { hour_gte: $hour }`, "networkHours")}
    ${rows(DAY, `orderBy: "day", orderDirection: "desc", limit: 100, where: { day_gte: $day }`, "networkDays")}`,
  read: (data): Overview => ({
    network: readRowOrNull(NETWORK, data["network"], "network"),
    settlements: readItems(SETTLEMENT, data["settlements"], "settlements"),
    executors: readItems(EXECUTOR, data["executors"], "executors"),
    hours: readItems(HOUR, data["networkHours"], "networkHours").toReversed(),
    days: readItems(DAY, data["networkDays"], "networkDays").toReversed(),
  }),
});

/** Everything on the first page. A chain whose clock is ahead has more hours and days since than are read: then the newest. */
export const readOverview = (nowSeconds: number): Promise<IndexReply<Overview>> =>
  ask(OVERVIEW, {
    hour: since(nowSeconds, HOURS_BACK_SECONDS, 3_600),
    day: since(nowSeconds, CHART_SECONDS, DAY_SECONDS),
  });

export const RECENT_WORK = defineQuery({
  takes: { since: "Float" },
  fields: rows(
    SETTLEMENT_WORK,
    `orderBy: "timestamp", orderDirection: "desc", limit: 1000, where: { timestamp_gte: $since }`,
    "settlements",
  ),
  read: (data): readonly SettlementWork[] => readItems(SETTLEMENT_WORK, data["settlements"], "settlements"),
});

/** Time, answers and payment of the settlements since a moment, newest first, at most 1 000. */
export const readRecentWork = (sinceSeconds: number): Promise<IndexReply<readonly SettlementWork[]>> =>
  ask(RECENT_WORK, { since: since(sinceSeconds, 0, 60) });
