import type { TokenUnit } from "@lloom/protocol/amounts";
import type { NextRequest } from "next/server";
import { csvHeader, csvLines } from "../../../lib/csv.ts";
import { type CsvTable, withCsvTable } from "../../../lib/csv-tables.ts";
import { readDeployment } from "../../../lib/indexer/chain.ts";
import { type ListQuery, parseListQuery, type SearchParams } from "../../../lib/list-query.ts";
import type { Problem } from "../../../lib/problem.ts";

/** Rows that are asked of the indexer at once, and rows that a file has at most. */
const CHUNK_ROWS = 1_000;
const MAX_ROWS = 50_000;

const refusal = ({ code, message, next }: Problem): Response =>
  new Response(`${code}: ${message} ${next}\n`, { status: 503, headers: { "retry-after": "5" } });

interface Download<T> {
  readonly table: CsvTable<T>;
  readonly query: ListQuery;
  readonly asked: SearchParams;
  readonly token: TokenUnit;
}

/** All pages of a list, one after the other. A page that fails ends the file with an error, never silently. */
function fileOf<T>({ table, query, asked, token }: Download<T>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after: string | undefined;
  let rows = 0;
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(csvHeader(table.columns, token))),
    async pull(controller) {
      const page = await table.read({ ...query, after, before: undefined }, asked, CHUNK_ROWS);
      if (!page.ok) return controller.error(page.problem);
      controller.enqueue(encoder.encode(csvLines(table.columns, page.value.items, token)));
      rows += page.value.items.length;
      after = page.value.next;
      if (after === undefined || rows >= MAX_ROWS) controller.close();
    },
  });
}

interface RouteParams {
  readonly params: Promise<{ readonly table: string }>;
}

/** A list as CSV, in the order and with the filter of its address; at most 50 000 rows. */
export async function GET(request: NextRequest, { params }: RouteParams): Promise<Response> {
  const { table: name } = await params;
  const deployment = await readDeployment();
  if (!deployment.ok) return refusal(deployment.problem);
  const unit = deployment.value?.token ?? { decimals: 0, symbol: "base units" };
  const asked = Object.fromEntries(request.nextUrl.searchParams);
  const body = withCsvTable(name, (table) =>
    fileOf({ table, query: parseListQuery(asked, table.sorts), asked, token: unit }),
  );
  if (body === undefined) {
    return new Response("There is no such table; ask for executors, clients, validators, settlements or disputes.\n", {
      status: 404,
    });
  }
  return new Response(body, {
    headers: { "content-type": "text/csv; charset=utf-8", "content-disposition": `attachment; filename="${name}.csv"` },
  });
}
