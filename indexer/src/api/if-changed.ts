import type { Context } from "hono";
import type { Snapshot } from "./snapshot.ts";

/** To be kept, and asked about again each time: an answer holds until the next block. */
const CACHE_CONTROL = "public, no-cache";

/** How an answer of a snapshot may be kept. */
export const cacheHeaders = ({ version }: Snapshot): Readonly<Record<string, string>> =>
  version === undefined ? {} : { etag: tagOf(version), "cache-control": CACHE_CONTROL };

/** The answer without a body for whoever has the one of this snapshot; undefined for everybody else. */
export function notModified({ req }: Context, snapshot: Snapshot): Response | undefined {
  const known = req.header("if-none-match");
  if (known === undefined || snapshot.version === undefined) return undefined;
  const tags = known.split(",").map((tag) => tag.trim());
  if (!tags.includes(tagOf(snapshot.version)) && !tags.includes("*")) return undefined;
  return new Response(null, { status: 304, headers: cacheHeaders(snapshot) });
}

/** Weak: the same rows, maybe in other bytes. */
const tagOf = (version: string): string => `W/"${version}"`;
