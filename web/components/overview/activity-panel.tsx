import { daySeries, hourSeries, minuteSeries, type Series, widthFor } from "../../lib/buckets.ts";
import { type Overview, readRecentWork } from "../../lib/indexer/overview.ts";
import { currentToken } from "../../lib/token.ts";
import { ActivityChart } from "../charts/activity-chart.tsx";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";

const HOUR_SECONDS = 3_600;

const NOTES = {
  minute: "the last hour, by the minute",
  hour: "the last two days, by the hour",
  day: "the last 30 days",
} as const;

/** The chart's buckets; of a young network they take another question, of the same moment as the overview. */
export async function activityOf(overview: Overview, now: number): Promise<Series> {
  const width = widthFor(overview, now);
  if (width === "day") return daySeries(overview.days, now);
  if (width === "hour") return hourSeries(overview.hours, now);
  const work = await readRecentWork(now - HOUR_SECONDS);
  return work.ok ? minuteSeries(work.value, now) : hourSeries(overview.hours, now);
}

/** Answers and payment over time, as finely as the network's age makes sense. */
export function ActivityPanel({ overview, series }: { readonly overview: Overview; readonly series: Series }) {
  const token = currentToken();
  const isEmpty = overview.days.length === 0 && overview.hours.length === 0;
  return (
    <Panel title="Activity" note={isEmpty ? undefined : NOTES[series.width]}>
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
