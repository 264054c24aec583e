import { ask } from "../graphql.ts";
import type { IndexReply } from "../problem.ts";
import { defineQuery } from "../query.ts";
import { flag, list, record } from "../readers.ts";
import {
  EXECUTOR,
  type Executor,
  HOUR,
  type Hour,
  MODEL,
  type Model,
  NETWORK,
  NETWORK_DAY,
  type Network,
  type NetworkDay,
  SETTLEMENT,
  SETTLEMENT_WORK,
  type SettlementRow,
  type SettlementWork,
} from "../rows.ts";
import { readItems, readRow, readRowOrNull, selection } from "../shapes.ts";
import { CHART_SECONDS, DAY_SECONDS, NETWORK_ROW, rows, since } from "./query-parts.ts";

/** How far back hours are read; older work is shown by the day. */
const HOURS_BACK_SECONDS = 3 * 86_400;

/** What can be bought. */
export interface SoldModel {
  readonly model: Model;
  /** Of the executors that were paid for it, as many as are looked at, those that are active now. */
  readonly activeExecutors: number;
}

/** Models on the first page, and executors of each that are looked at, the best paid first. */
const MOST_MODELS = 6;
export const MOST_COUNTED = 200;

export interface Overview {
  /** Undefined until the contracts are deployed and seen. */
  readonly network: Network | undefined;
  readonly settlements: readonly SettlementRow[];
  readonly executors: readonly Executor[];
  /** Oldest first; hours and days in which nothing was settled are absent. */
  readonly hours: readonly Hour[];
  readonly days: readonly NetworkDay[];
  /** Those with most answers first. */
  readonly models: readonly SoldModel[];
}

export const OVERVIEW = defineQuery({
  takes: { hour: "Float", day: "Float" },
  fields: `${NETWORK_ROW} { ${selection(NETWORK)} }
    ${rows(SETTLEMENT, `orderBy: "timestamp", orderDirection: "desc", limit: 10`, "settlements")}
    ${rows(EXECUTOR, `orderBy: "earned", orderDirection: "desc", limit: 6`, "executors")}
    ${rows(HOUR, `orderBy: "hour", orderDirection: "desc", limit: 100, where: { hour_gte: $hour }`, "networkHours")}
    models(orderBy: "requests", orderDirection: "desc", limit: ${MOST_MODELS}) { items { ${selection(MODEL)}
      executors(orderBy: "paid", orderDirection: "desc", limit: ${MOST_COUNTED}) { items { executor { active } } } } }
    ${rows(NETWORK_DAY, `orderBy: "day", orderDirection: "desc", limit: 100, where: { day_gte: $day }`, "networkDays")}`,
  read: (data): Overview => ({
    network: readRowOrNull(NETWORK, data["network"], "network"),
    settlements: readItems(SETTLEMENT, data["settlements"], "settlements"),
    executors: readItems(EXECUTOR, data["executors"], "executors"),
    hours: readItems(HOUR, data["networkHours"], "networkHours").toReversed(),
    days: readItems(NETWORK_DAY, data["networkDays"], "networkDays").toReversed(),
    models: list(record(data["models"], "models")["items"], "models.items").map((item, index) =>
      readSoldModel(item, `models.items[${index}]`),
    ),
  }),
});

function readSoldModel(item: unknown, path: string): SoldModel {
  const sellers = list(
    record(record(item, path)["executors"], `${path}.executors`)["items"],
    `${path}.executors.items`,
  );
  const isActive = (seller: unknown): boolean =>
    readRowOrNull({ active: flag }, record(seller, path)["executor"], `${path}.executor`)?.active ?? false;
  return { model: readRow(MODEL, item, path), activeExecutors: sellers.filter(isActive).length };
}

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
