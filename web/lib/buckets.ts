import type { Overview } from "./indexer/overview.ts";
import type { SettlementWork } from "./rows.ts";

/** A stretch of time with the work settled in it. */
export interface Bucket {
  /** First second. */
  readonly start: number;
  readonly answers: bigint;
  /** Base units of the payment token. */
  readonly paid: bigint;
}

export type BucketWidth = "minute" | "hour" | "day";

export const WIDTH_SECONDS = { minute: 60, hour: 3_600, day: 86_400 } as const satisfies Record<BucketWidth, number>;

/** A chart's buckets, oldest first, without gaps. */
export interface Series {
  readonly width: BucketWidth;
  readonly buckets: readonly Bucket[];
}

interface Work {
  readonly requests: bigint;
  readonly paid: bigint;
}

interface StartedWork extends Work {
  readonly start: number;
}

/** Sums work into gapless buckets that end with the one of `nowSeconds`. Work before the first bucket is left out. */
export function fillBuckets(
  work: readonly StartedWork[],
  width: BucketWidth,
  count: number,
  nowSeconds: number,
): Series {
  const seconds = WIDTH_SECONDS[width];
  const floor = (at: number) => at - (at % seconds);
  const sums = new Map<number, Bucket>();
  for (let index = count - 1; index >= 0; index -= 1) {
    const start = floor(nowSeconds) - index * seconds;
    sums.set(start, { start, answers: 0n, paid: 0n });
  }
  for (const { start, requests, paid } of work) {
    const bucket = sums.get(floor(start));
    if (bucket !== undefined) {
      sums.set(bucket.start, { ...bucket, answers: bucket.answers + requests, paid: bucket.paid + paid });
    }
  }
  return { width, buckets: [...sums.values()] };
}

const MINUTES_SHOWN = 60;
const HOURS_SHOWN = 48;

interface Aged {
  readonly hours: readonly { readonly hour: number }[];
  readonly days: readonly { readonly day: number }[];
}

/** How finely a network's activity is shown: by the minute at first, by the hour for two days, then daily. */
export function widthFor({ hours, days }: Aged, nowSeconds: number): BucketWidth {
  const firstHour = hours[0]?.hour ?? nowSeconds;
  const firstDay = days[0]?.day ?? nowSeconds;
  const hourAge = nowSeconds - firstHour;
  if (hourAge >= HOURS_SHOWN * WIDTH_SECONDS.hour || nowSeconds - firstDay >= 3 * WIDTH_SECONDS.day) return "day";
  return hourAge < 2 * WIDTH_SECONDS.hour ? "minute" : "hour";
}

export const minuteSeries = (work: readonly SettlementWork[], nowSeconds: number): Series =>
  fillBuckets(
    work.map(({ timestamp, requests, paid }) => ({ start: timestamp, requests, paid })),
    "minute",
    MINUTES_SHOWN,
    nowSeconds,
  );

export const hourSeries = (hours: Overview["hours"], nowSeconds: number): Series =>
  fillBuckets(
    hours.map((row) => ({ ...row, start: row.hour })),
    "hour",
    HOURS_SHOWN,
    nowSeconds,
  );

export const daySeries = (
  days: readonly (Work & { readonly day: number })[],
  shown: number,
  nowSeconds: number,
): Series =>
  fillBuckets(
    days.map((row) => ({ ...row, start: row.day })),
    "day",
    shown,
    nowSeconds,
  );
