import { network, networkDay, networkHour, settlement } from "ponder:schema";
import { desc, gte } from "ponder";
import { bucketStarts, CHART_STEPS } from "../rollups.ts";
import { type ChainView, chainView } from "./chain-watch.ts";
import { metaIn } from "./meta.ts";
import { inSnapshot, type Snapshot } from "./snapshot.ts";

const LATEST = 10;
const DAYS = 30;
const HOURS = 24;

/**
 * A front page in one answer, for pages of others; the explorer asks in GraphQL. Totals, the newest settlements, a point for each of the last 30 days and 24 hours
 * (the newest one still growing), and how fresh it all is. Days and hours without events are left out of the tables, and
 * come with zeros here. They end at the newest indexed block, not at this machine's clock. All of it is of one block.
 */
export async function overview() {
  const view = await chainView();
  return await inSnapshot((snapshot) => overviewIn(snapshot, view));
}

async function overviewIn(snapshot: Snapshot, view: ChainView | undefined) {
  const { tables } = snapshot;
  const freshness = await metaIn(snapshot, view);
  const timestamp = freshness.block?.timestamp ?? 0;
  const days = bucketStarts({ timestamp, step: CHART_STEPS.day, count: DAYS });
  const hours = bucketStarts({ timestamp, step: CHART_STEPS.hour, count: HOURS });
  const [totals, settlements, dayRows, hourRows] = await Promise.all([
    tables.select().from(network).limit(1),
    tables.select().from(settlement).orderBy(desc(settlement.timestamp), desc(settlement.id)).limit(LATEST),
    tables
      .select()
      .from(networkDay)
      .where(gte(networkDay.day, days[0] ?? 0)),
    tables
      .select()
      .from(networkHour)
      .where(gte(networkHour.hour, hours[0] ?? 0)),
  ]);
  return {
    meta: freshness,
    network: totals[0] ?? null,
    settlements,
    days: days.map((day) => dayRows.find((row) => row.day === day) ?? { day, ...QUIET }),
    hours: hours.map((hour) => hourRows.find((row) => row.hour === hour) ?? { hour, ...QUIET }),
  };
}

/** A bucket in which nothing happened. */
const QUIET = {
  newClients: 0,
  newExecutors: 0,
  settlementCount: 0,
  requests: 0n,
  inboundTokens: 0n,
  outboundTokens: 0n,
  acknowledgedPaid: 0n,
  tailPaid: 0n,
  paid: 0n,
  deposited: 0n,
  clientWithdrawn: 0n,
  earningsWithdrawn: 0n,
  staked: 0n,
  unbonded: 0n,
  tailRefunded: 0n,
  slashed: 0n,
  rewardsWithdrawn: 0n,
  faultProofCount: 0,
  deliveryDisputeCount: 0,
  measuredDisputeCount: 0,
  auditCount: 0,
  auditsPassed: 0,
  auditsFailed: 0,
  auditsUnanswered: 0,
  auditsInconclusive: 0,
} satisfies Omit<typeof networkDay.$inferSelect, "day">;
