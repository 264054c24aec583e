import type { BucketWidth } from "../buckets.ts";
import { oneParam, type SearchParams } from "../list-query.ts";

/** A stretch of time that a chart can show. */
export interface ChartRange {
  readonly label: string;
  readonly width: BucketWidth;
  readonly buckets: number;
  /** What stands beside the chart's title. */
  readonly note: string;
}

/** By the word in the address bar. */
export const CHART_RANGES = {
  hour: { label: "1 h", width: "minute", buckets: 60, note: "the last hour, by the minute" },
  days2: { label: "2 d", width: "hour", buckets: 48, note: "the last two days, by the hour" },
  days7: { label: "7 d", width: "day", buckets: 7, note: "the last 7 days" },
  days30: { label: "30 d", width: "day", buckets: 30, note: "the last 30 days" },
  days90: { label: "90 d", width: "day", buckets: 90, note: "the last 90 days" },
} as const satisfies Record<string, ChartRange>;

export type RangeName = keyof typeof CHART_RANGES;

/** What a chart of the whole network can show, and one of an account or model, of which only days are kept. */
export const NETWORK_RANGES = ["hour", "days2", "days30", "days90"] as const satisfies readonly RangeName[];
export const DAILY_RANGES = ["days7", "days30", "days90"] as const satisfies readonly RangeName[];

/** The range that the address bar asks for; undefined for none, and for one that the chart cannot show. */
export function parseRange<Name extends RangeName>(params: SearchParams, of: readonly Name[]): Name | undefined {
  const asked = oneParam(params, "range");
  return of.find((name) => name === asked);
}
