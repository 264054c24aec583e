"use client";

import { useState, useSyncExternalStore } from "react";
import { steadyMs } from "../../lib/clock.ts";

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

/** Counts on whatever happens to the reader's clock. */
const steadySeconds = (): number | undefined => Math.floor(steadyMs() / 1000);
const onServer = (): number | undefined => undefined;

/**
 * The server's clock, or the chain's, as it goes on in the browser after the page was drawn: `now` and the seconds since. Undefined
 * on the server and for the first drawing in the browser, and for ever where no code runs.
 */
export function useNow(now: number): number | undefined {
  const seconds = useSyncExternalStore(subscribe, steadySeconds, onServer);
  const [drawn, setDrawn] = useState<{ readonly now: number; readonly at: number | undefined }>({ now, at: undefined });
  if (drawn.now !== now || drawn.at === undefined) {
    if (drawn.now !== now || seconds !== undefined) setDrawn({ now, at: seconds });
    return seconds === undefined ? undefined : now;
  }
  return seconds === undefined ? undefined : now + seconds - drawn.at;
}
