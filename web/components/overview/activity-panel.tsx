import { daySeries, hourSeries, minuteSeries, type Series, widthFor } from "../../lib/buckets.ts";
import { type Overview, readRecentWork } from "../../lib/indexer/overview.ts";
import { CHART_RANGES, NETWORK_RANGES } from "../../lib/overview/ranges.ts";
import { currentToken } from "../../lib/token.ts";
import { ActivityChart } from "../charts/activity-chart.tsx";
import { RangeLinks } from "../charts/range-links.tsx";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";

const HOUR_SECONDS = 3_600;

type NetworkRange = (typeof NETWORK_RANGES)[number];

/** A chart of the network: its range, and the buckets. */
export interface Activity {
  readonly range: NetworkRange;
  readonly series: Series;
}

const FIRST_RANGES = { minute: "hour", hour: "days2", day: "days30" } as const satisfies Record<string, NetworkRange>;

/**
 * The chart's buckets, of the range that was asked for, else as finely as the network's age makes sense; minutes take another question,
 * of the same moment as the overview.
 */
export async function activityOf(overview: Overview, asked: NetworkRange | undefined, now: number): Promise<Activity> {
  const range = asked ?? FIRST_RANGES[widthFor(overview, now)];
  const { width, buckets } = CHART_RANGES[range];
  if (width === "day") return { range, series: daySeries(overview.days, buckets, now) };
  if (width === "hour") return { range, series: hourSeries(overview.hours, now) };
  const work = await readRecentWork(now - HOUR_SECONDS);
  return work.ok
    ? { range, series: minuteSeries(work.value, now) }
    : { range: "days2", series: hourSeries(overview.hours, now) };
}

interface ActivityPanelProps {
  readonly overview: Overview;
  readonly activity: Activity;
}

/** Answers and payment over time. */
export function ActivityPanel({ overview, activity: { range, series } }: ActivityPanelProps) {
  const token = currentToken();
  const isEmpty = overview.days.length === 0 && overview.hours.length === 0;
  return (
    <Panel
      title="Activity"
      note={isEmpty ? undefined : CHART_RANGES[range].note}
      actions={isEmpty ? undefined : <RangeLinks path="/" ranges={NETWORK_RANGES} current={range} />}
    >
      {isEmpty || token === undefined ? (
        <Empty title="Nothing settled yet">
          An executor settles once enough has come together or time has passed. Answers and payments show up here then.
        </Empty>
      ) : (
        <ActivityChart series={series} token={token} />
      )}
    </Panel>
  );
}
