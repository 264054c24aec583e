import { ask } from "../graphql.ts";
import type { Answer } from "../problem.ts";
import {
  DAY,
  EXECUTOR,
  type Executor,
  HOUR,
  NETWORK,
  type Network,
  type Row,
  readItems,
  readRowOrNull,
  SETTLEMENT,
  SETTLEMENT_WORK,
  type Settlement,
  selection,
} from "../rows.ts";
import { CHART_SECONDS, type Day, type Hour, list, NETWORK_ROW } from "./selections.ts";

/** How far back hours are read; older work is shown by the day. */
const HOURS_BACK_SECONDS = 3 * 86_400;

export type SettlementWork = Row<typeof SETTLEMENT_WORK>;

export interface Overview {
  /** Undefined until the contracts are deployed and seen. */
  readonly network: Network | undefined;
  readonly settlements: readonly Settlement[];
  readonly executors: readonly Executor[];
  /** Oldest first; hours and days in which nothing was settled are absent. */
  readonly hours: readonly Hour[];
  readonly days: readonly Day[];
}

/** Everything on the first page. */
export const readOverview = (nowSeconds: number): Promise<Answer<Overview>> =>
  ask(
    {
      takes: "$hour: Int, $day: Int",
      fields: `${NETWORK_ROW} { ${selection(NETWORK)} }
      ${list(SETTLEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 10`, "settlements")}
      ${list(EXECUTOR, `orderBy: "paid", orderDirection: "desc", limit: 6`, "executors")}
      ${list(HOUR, `orderBy: "hour", orderDirection: "asc", limit: 100, where: { hour_gte: $hour }`, "networkHours")}
      ${list(DAY, `orderBy: "day", orderDirection: "asc", limit: 100, where: { day_gte: $day }`, "networkDays")}`,
      variables: { hour: nowSeconds - HOURS_BACK_SECONDS, day: nowSeconds - CHART_SECONDS },
    },
    (data) => ({
      network: readRowOrNull(NETWORK, data["network"], "network"),
      settlements: readItems(SETTLEMENT, data["settlements"], "settlements"),
      executors: readItems(EXECUTOR, data["executors"], "executors"),
      hours: readItems(HOUR, data["networkHours"], "networkHours"),
      days: readItems(DAY, data["networkDays"], "networkDays"),
    }),
  );

/** Time, answers and payment of the settlements since a moment, newest first, at most 1 000. */
export const readRecentWork = (sinceSeconds: number): Promise<Answer<readonly SettlementWork[]>> =>
  ask(
    {
      takes: "$since: Int",
      fields: `${list(SETTLEMENT_WORK, `orderBy: "timestamp", orderDirection: "desc", limit: 1000, where: { timestamp_gte: $since }`, "settlements")}`,
      variables: { since: sinceSeconds },
    },
    (data) => readItems(SETTLEMENT_WORK, data["settlements"], "settlements"),
  );
