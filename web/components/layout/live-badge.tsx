"use client";

import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { steadyMs } from "../../lib/clock.ts";
import { type Freshness, freshnessWords, type Tone } from "../../lib/moment/freshness.ts";

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
 * new block or the indexer comes back. It never redraws while index or explorer are silent: what is on the screen stays.
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
        const isSilent = latest.state === "offline" || latest.state === "indexer-down";
        if (!isSilent && stale) {
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

const DOTS: Readonly<Record<Tone, string>> = { well: "bg-verdigris", doubtful: "bg-weld", bad: "bg-madder" };

/** The freshness badge; it also keeps the page up to date, and says under the header what may mislead on the screen. */
export function LiveBadge({ initial }: { readonly initial: Freshness }) {
  const freshness = useFreshness(initial);
  const [isReady, setReady] = useState(false);
  useEffect(() => setReady(true), []);
  const { tone, short, warning } = freshnessWords(freshness);
  return (
    <>
      <span
        className="inline-flex items-center gap-2 justify-self-end text-right text-[0.8125rem] text-ink-soft tabular-nums"
        data-testid="freshness"
        data-state={freshness.state}
        data-tone={tone}
        data-ready={isReady}
        data-block={freshness.state === "live" ? freshness.head.block : undefined}
      >
        <span className={`size-2 shrink-0 rounded-full ${DOTS[tone]}`} aria-hidden="true" />
        {short}
      </span>
      <output className="order-last col-span-full" data-testid="freshness-warning">
        {warning === undefined ? null : <span className="banner block">{warning}</span>}
      </output>
    </>
  );
}
