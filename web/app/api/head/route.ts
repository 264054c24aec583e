import { freshnessOf } from "../../../lib/moment/freshness.ts";
import { readHead } from "../../../lib/moment/head.ts";

/** How fresh the explorer is; the badge of every open page asks for it. */
export async function GET(): Promise<Response> {
  return Response.json(freshnessOf(await readHead()), { headers: { "cache-control": "no-store" } });
}
