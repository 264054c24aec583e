"use client";

import { formatCountdown, formatMoment } from "../../lib/format.ts";
import { useNow } from "./use-now.ts";

interface DeadlineProps {
  /** Last second, in Unix seconds. */
  readonly until: number;
  /** The chain's clock when the page was drawn. */
  readonly now: number;
  readonly testId?: string;
}

/** A deadline by the chain's clock: how much time is left, and the moment. Where no code runs the moment stands alone. */
export function Deadline({ until, now, testId }: DeadlineProps) {
  const current = useNow(now);
  return (
    <span className="tabular-nums" data-testid={testId} data-until={until}>
      <span className="block min-h-[1.3em]">
        {current === undefined ? null : current > until ? "passed" : `${formatCountdown(until - current)} left`}
      </span>
      <time
        dateTime={new Date(until * 1000).toISOString()}
        title="By the chain's clock"
        className="block text-[0.8125rem] font-normal tracking-normal text-ink-faint"
      >
        {formatMoment(until)}
      </time>
    </span>
  );
}
