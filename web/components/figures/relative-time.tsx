"use client";

import { formatMoment, formatRelative } from "../../lib/format.ts";
import { useNow } from "./use-now.ts";

interface RelativeTimeProps {
  /** Unix seconds. */
  readonly at: number;
  /** The clock that it is measured by when the page is drawn, the server's or the chain's. */
  readonly now: number;
}

/** How long ago something happened; the moment itself is shown on hover. */
export function RelativeTime({ at, now }: RelativeTimeProps) {
  const current = useNow(now) ?? now;
  return (
    <time
      dateTime={new Date(at * 1000).toISOString()}
      title={formatMoment(at)}
      className="whitespace-nowrap tabular-nums"
    >
      {formatRelative(at, current)}
    </time>
  );
}
