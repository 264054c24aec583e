import { nowSeconds } from "../../lib/clock.ts";
import { freshnessOf } from "../../lib/freshness.ts";
import { readHead } from "../../lib/head.ts";
import { LiveBadge } from "./live-badge.tsx";

/** The badge with what the server knows now. */
export async function Freshness() {
  const head = await readHead();
  return <LiveBadge initial={freshnessOf(head)} now={nowSeconds()} />;
}
