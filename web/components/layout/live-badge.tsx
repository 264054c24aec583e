"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { nowSeconds, steadyMs } from "../../lib/clock.ts";
import { formatCount, formatDuration, formatMoment, formatRelative } from "../../lib/format.ts";
import type { Freshness } from "../../lib/freshness.ts";

const POLL_MS = 4_000;
const POLL_TIMEOUT_MS = 10_000;
/** A page and its badge are read moments apart and can miss a block between them; a page is never older than this. */
const REDRAW_MS = 30_000;

const isFreshness = (value: unknown): value is Freshness =>
  typeof value === "object" && value !== null && "state" in value;

async function pollFreshness(): Promise<Freshness> {
  try {
    const response = await fetch("/api/head", { cache: "no-store", signal: AbortSignal.timeout(POLL_TIMEOUT_MS) });
    const body: unknown = await response.json();
    return isFreshness(body) ? body : { state: "offline" };
  } catch {
    return { state: "offline" };
  }
}

/** What has to change for the page to be drawn again: the block, or whether the indexer answers. */
const revisionOf = (freshness: Freshness): string =>
  freshness.state === "live" ? String(freshness.head.block) : freshness.state;

/**
 * Asks for the indexer's head every few seconds while the page is visible, and has the page drawn again when there is a
 * new block or the indexer comes or goes. It never redraws while the explorer itself is out of reach: what is on the screen stays.
 */
function useFreshness(initial: Freshness): Freshness {
  const router = useRouter();
  const [freshness, setFreshness] = useState(initial);
  const drawn = useRef({ revision: revisionOf(initial), atMs: 0 });
  useEffect(() => {
    let stopped = false;
    drawn.current.atMs = steadyMs();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tick = async () => {
      clearTimeout(timer);
      if (document.visibilityState === "visible") {
        const latest = await pollFreshness();
        if (stopped) return;
        setFreshness(latest);
        const stale = revisionOf(latest) !== drawn.current.revision || steadyMs() - drawn.current.atMs > REDRAW_MS;
        if (latest.state !== "offline" && stale) {
          drawn.current = { revision: revisionOf(latest), atMs: steadyMs() };
          router.refresh();
        }
      }
      clearTimeout(timer);
      timer = setTimeout(tick, POLL_MS);
    };
    const onVisible = () => document.visibilityState === "visible" && void tick();
    timer = setTimeout(tick, POLL_MS);
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [router]);
  return freshness;
}

interface Wording {
  readonly dot: string;
  readonly text: string;
  readonly title: string;
}

function wordingOf(freshness: Freshness, nowSeconds: number): Wording {
  switch (freshness.state) {
    case "live": {
      const { block, timestamp, behindSeconds } = freshness.head;
      const age =
        behindSeconds === undefined ? formatRelative(timestamp, nowSeconds) : `${formatDuration(behindSeconds)} behind`;
      return {
        dot: (behindSeconds ?? 0) > 60 ? "bg-weld" : "bg-verdigris",
        text: `Block ${formatCount(block)}, ${age}`,
        title: `Newest block that the indexer has, made ${formatMoment(timestamp)}. The page follows it by itself.`,
      };
    }
    case "starting":
      return { dot: "bg-weld", text: "Indexer starting", title: "The indexer has no block yet." };
    case "indexer-down":
      return { dot: "bg-madder", text: "Indexer silent", title: "The explorer runs, its indexer does not answer." };
    case "offline":
      return {
        dot: "bg-madder",
        text: "Connection lost",
        title: "The explorer does not answer. What you see is the last state.",
      };
  }
}

interface LiveBadgeProps {
  readonly initial: Freshness;
  /** The server's clock, in Unix seconds. */
  readonly now: number;
}

/** The freshness badge; it also keeps the page up to date. */
export function LiveBadge({ initial, now }: LiveBadgeProps) {
  const freshness = useFreshness(initial);
  const [current, setCurrent] = useState<number>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock is read whenever there is news.
  useEffect(() => setCurrent(nowSeconds()), [freshness]);
  const { dot, text, title } = wordingOf(freshness, current ?? now);
  const alarming = freshness.state === "indexer-down" || freshness.state === "offline";
  return (
    <span
      className="inline-flex items-center gap-2 text-[0.8125rem] whitespace-nowrap text-ink-soft tabular-nums"
      title={title}
      data-testid="freshness"
      data-state={freshness.state}
      data-ready={current !== undefined}
      data-block={freshness.state === "live" ? freshness.head.block : undefined}
    >
      <span className={`size-2 rounded-full ${dot}`} aria-hidden="true" />
      {text}
      <output className="sr-only">{alarming ? title : ""}</output>
    </span>
  );
}
