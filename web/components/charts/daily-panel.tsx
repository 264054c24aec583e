import { daySeries } from "../../lib/buckets.ts";
import type { Overview } from "../../lib/indexer/overview.ts";
import { currentToken } from "../../lib/token.ts";
import { Panel } from "../layout/panel.tsx";
import { Empty } from "../states/empty.tsx";
import { ActivityChart } from "./activity-chart.tsx";

interface DailyPanelProps {
  readonly title: string;
  readonly days: Overview["days"];
  readonly now: number;
  /** What is missing while no day has anything. */
  readonly whenEmpty: string;
}

/** Answers and payment of one account by day. */
export function DailyPanel({ title, days, now, whenEmpty }: DailyPanelProps) {
  const token = currentToken();
  return (
    <Panel title={title} note={days.length === 0 ? undefined : "the last 30 days"}>
      {days.length === 0 || token === undefined ? (
        <Empty title="Nothing settled yet">{whenEmpty}</Empty>
      ) : (
        <ActivityChart series={daySeries(days, now)} token={token} />
      )}
    </Panel>
  );
}
