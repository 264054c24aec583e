"use client";

import { utcText } from "@lloom/protocol/utc-text";
import { useSyncExternalStore } from "react";
import { formatMoment, formatRelative } from "../../lib/format.ts";

/** One clock for all times of a page; it stands still while nobody looks at it. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (document.visibilityState === "visible") for (const notify of listeners) notify();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const browserNow = () => Math.floor(Date.now() / 1000);

interface RelativeTimeProps {
  /** Unix seconds. */
  readonly at: number;
  /** The server's clock, so that server and browser draw the same first text. */
  readonly now: number;
}

/** How long ago something happened; the moment itself is shown on hover. */
export function RelativeTime({ at, now }: RelativeTimeProps) {
  const current = useSyncExternalStore(subscribe, browserNow, () => now);
  return (
    <time dateTime={utcText(at, "iso")} title={formatMoment(at)} className="whitespace-nowrap tabular-nums">
      {formatRelative(at, current)}
    </time>
  );
}
