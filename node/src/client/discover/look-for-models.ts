import { pause } from "../../primitives/pause.ts";
import type { ClientSettings } from "../client-options.ts";
import { isBare } from "./buyable.ts";
import type { Market } from "./open-market.ts";

/** While nothing is known: a search now, and for a few seconds whatever comes in. */
export async function lookForModels({ book, search }: Market, settings: ClientSettings): Promise<void> {
  if (!isBare(book, settings)) return;
  const deadline = AbortSignal.timeout(settings.offerWaitMs);
  void search.search();
  while (!deadline.aborted && isBare(book, settings)) await book.change(deadline);
}

/** Searches now, and again every while: gossip may not reach everywhere. */
export async function keepLooking(
  { book, search }: Market,
  settings: ClientSettings,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await search.search();
    book.prune(settings.clock());
    const waitMs = isBare(book, settings)
      ? Math.min(EMPTY_INTERVAL_MS, settings.discoveryIntervalMs)
      : settings.discoveryIntervalMs;
    await pause(waitMs, signal);
  }
}

/** Between searches while nobody offers anything: right after the start the node may not know a single peer. */
const EMPTY_INTERVAL_MS = 500;
