import { freshnessOf } from "../../lib/moment/freshness.ts";
import { readHead } from "../../lib/moment/head.ts";
import { LiveBadge } from "./live-badge.tsx";

/** The badge with what the server knows now. */
export async function Freshness() {
  return <LiveBadge initial={freshnessOf(await readHead())} />;
}
