import { daySeries } from "../../lib/buckets.ts";
import { CHART_RANGES, DAILY_RANGES } from "../../lib/overview/ranges.ts";
import type { Day } from "../../lib/rows.ts";
import { currentToken } from "../../lib/token.ts";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { ActivityChart } from "./activity-chart.tsx";
import { RangeLinks } from "./range-links.tsx";

interface DailyPanelProps {
  readonly title: string;
  readonly days: readonly Day[];
  readonly now: number;
  /** What is missing while no day has anything. */
  readonly whenEmpty: string;
  readonly range: (typeof DAILY_RANGES)[number] | undefined;
  /** The page's own address, and what of it stays with another range. */
  readonly path: string;
  readonly keep?: Readonly<Record<string, string | undefined>>;
}

/** Answers and payment of one account by day. */
export function DailyPanel({ title, days, now, whenEmpty, range = "days30", path, keep = {} }: DailyPanelProps) {
  const token = currentToken();
  const { note, buckets } = CHART_RANGES[range];
  const isEmpty = days.length === 0;
  return (
    <Panel
      title={title}
      note={isEmpty ? undefined : note}
      actions={isEmpty ? undefined : <RangeLinks path={path} ranges={DAILY_RANGES} current={range} keep={keep} />}
    >
      {isEmpty || token === undefined ? (
        <Empty title="Nothing settled yet">{whenEmpty}</Empty>
      ) : (
        <ActivityChart series={daySeries(days, buckets, now)} token={token} />
      )}
    </Panel>
  );
}
