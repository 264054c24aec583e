import type { Head } from "./head.ts";
import type { IndexReply } from "./problem.ts";

/** What the freshness badge knows: how fresh the data is, or what keeps it from knowing. */
export type Freshness =
  | { readonly state: "live"; readonly head: Head }
  | { readonly state: "starting" }
  | { readonly state: "indexer-down" }
  | { readonly state: "offline" };

/** The badge's state for what the indexer said. `offline` is only ever found out by the browser. */
export function freshnessOf(head: IndexReply<Head | undefined>): Freshness {
  if (!head.ok) return { state: "indexer-down" };
  return head.value === undefined ? { state: "starting" } : { state: "live", head: head.value };
}
