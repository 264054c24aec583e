import { feedRefusal, feedResponse } from "../../../lib/feeds/answer.ts";
import { readDisputesFeed } from "../../../lib/indexer/feeds.ts";

/** All disputes as an Atom feed, by their present state. */
export async function GET(): Promise<Response> {
  const rows = await readDisputesFeed();
  if (!rows.ok) return feedRefusal(rows.problem);
  const { network } = rows.value;
  return feedResponse(
    {
      id: `urn:lloom:${network?.chainId ?? 0n}:${network?.accounting ?? "none"}:disputes`,
      title: "Disputes of the Lloom network",
      ...{ self: "/feeds/disputes", page: "/disputes" },
    },
    rows.value,
  );
}
