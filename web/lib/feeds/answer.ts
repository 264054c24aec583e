import type { FeedRows } from "../indexer/feeds.ts";
import type { Problem } from "../problem.ts";
import { atomOf, type Feed, type FeedEntry } from "./atom.ts";
import { disputeEntry, jailEntry, newestFirst, settlementEntry } from "./entries.ts";

/** What a feed is called and where it stands. */
type About = Pick<Feed, "id" | "title" | "self" | "page">;

function entriesOf({ network, disputes, settlements, jailMoves }: FeedRows): readonly FeedEntry[] {
  if (network === undefined) return [];
  const naming = { network, token: { symbol: network.tokenSymbol, decimals: network.tokenDecimals } };
  return newestFirst([
    ...disputes.map((row) => disputeEntry(naming, row)),
    ...settlements.map((row) => settlementEntry(naming, row)),
    ...jailMoves.map((row) => jailEntry(naming, row)),
  ]);
}

const CACHE_SECONDS = 60;

/** A feed as it is sent. */
export const feedResponse = (about: About, rows: FeedRows): Response =>
  new Response(atomOf({ ...about, entries: entriesOf(rows), at: 0 }), {
    headers: {
      "content-type": "application/atom+xml; charset=utf-8",
      "cache-control": `public, max-age=${CACHE_SECONDS}`,
    },
  });

/** Why there is no feed now. */
export const feedRefusal = ({ code, message, next }: Problem): Response =>
  new Response(`${code}: ${message} ${next}\n`, { status: 503, headers: { "retry-after": "60" } });
