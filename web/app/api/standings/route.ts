import { isAddress } from "@lloom/protocol/identifiers";
import { jsonText } from "@lloom/protocol/json-text";
import type { NextRequest } from "next/server";
import { readStandings } from "../../../lib/indexer/standings.ts";

/** What the index says of an executor's reputation by epoch, for whoever computes it again; numbers are text. */
export async function GET({ nextUrl }: NextRequest): Promise<Response> {
  const executor = nextUrl.searchParams.get("executor") ?? "";
  const after = nextUrl.searchParams.get("after") ?? "-1";
  if (!isAddress(executor) || !/^-?\d{1,9}$/.test(after))
    return new Response("Give executor as an address in lower case, after as an epoch.\n", { status: 400 });
  const standings = await readStandings({ executor, after: Number(after) });
  const headers = { "cache-control": "no-store", "content-type": "application/json" };
  if (!standings.ok) return Response.json({ problem: standings.problem.message }, { status: 503, headers });
  return new Response(jsonText({ standings: standings.value }), { headers });
}
