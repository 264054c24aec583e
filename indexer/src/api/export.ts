import { addressOf, hashOf } from "@lloom/protocol/identifiers";
import type { Context } from "hono";
import { and, asc, eq, gte, lt, type PgColumn, sql } from "ponder";
import { EXPORT_TABLES, type ExportTable } from "./export-tables.ts";
import { csvParts } from "./files/csv.ts";
import { refusal } from "./json.ts";
import type { Tables } from "./ponder-internals.ts";
import { inSnapshot } from "./snapshot.ts";
import { columnsOf } from "./table-columns.ts";

const PAGE_ROWS = 1_000;
const MAX_ROWS = 50_000;
/** Files that are made at a time; each is held in memory until it is sent, so that a slow reader holds up nobody's reading. */
const MOST_AT_A_TIME = 4;

let making = 0;

type Row = Readonly<Record<string, unknown>>;
type Condition = ReturnType<typeof eq>;

/** `/export/NAME.csv`: a table, or the part that `client`, `executor`, `model`, `from`, `to` and `limit` leave of it. All of it is of one block. */
export async function exportCsv(context: Context): Promise<Response> {
  const name = context.req.param("file")?.replace(/\.csv$/, "") ?? "";
  const source = Object.hasOwn(EXPORT_TABLES, name) ? EXPORT_TABLES[name] : undefined;
  if (source === undefined) {
    const known = Object.keys(EXPORT_TABLES).join(", ");
    return refusal("ROUTE_NOT_FOUND", `There is no such table. There are: ${known}.`, "See docs/indexer.md.");
  }
  const wanted = selectionOf(source, context.req.query());
  if (typeof wanted === "string") return refusal("REQUEST_INVALID", wanted);
  if (making >= MOST_AT_A_TIME) return refusal("INDEXER_BUSY", `${making} files are being made already.`);
  making++;
  try {
    return await fileOf(name, source, wanted);
  } finally {
    making--;
  }
}

async function fileOf(name: string, source: ExportTable, wanted: Selection): Promise<Response> {
  const columns = columnsOf(source.table).map(([column]) => column);
  const { parts, block } = await inSnapshot(async (snapshot) => ({
    parts: await csvParts(columns, pagesOf(snapshot.tables, source, wanted)),
    block: snapshot.block,
  }));
  const headers = {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="lloom-${name}.csv"`,
    ...(block && { "x-lloom-block": String(block.number) }),
  };
  return new Response(ReadableStream.from(parts), { headers });
}

interface Selection {
  readonly conditions: readonly Condition[];
  readonly limit: number;
}

/** What the query string asks for, or the sentence that says why it cannot be had. */
function selectionOf(source: ExportTable, query: Readonly<Record<string, string>>): Selection | string {
  const { limit = String(MAX_ROWS), from, to, ...filters } = query;
  const numbers = [limit, from ?? "0", to ?? "0"];
  if (!numbers.every((text) => /^\d{1,10}$/.test(text))) return "limit, from and to have to be whole numbers.";
  if ((from ?? to) !== undefined && source.time === undefined) return "This table has no times: leave from and to out.";
  const conditions: Condition[] = [];
  if (from !== undefined && source.time !== undefined) conditions.push(gte(source.time, Number(from)));
  if (to !== undefined && source.time !== undefined) conditions.push(lt(source.time, Number(to)));
  for (const [name, value] of Object.entries(filters)) {
    const column = Object.hasOwn(source.filters, name) ? source.filters[name] : undefined;
    const known = ["limit", ...(source.time === undefined ? [] : ["from", "to"]), ...Object.keys(source.filters)];
    if (column === undefined) return `This table can be narrowed by ${known.join(", ")}.`;
    const wanted = addressOf(value) ?? hashOf(value);
    if (wanted === undefined) return `${name} has to be an address or hash in hex.`;
    conditions.push(eq(column, wanted));
  }
  return { conditions, limit: Math.min(Number(limit), MAX_ROWS) };
}

/** Pages in the order of the key. Each starts after the key of the one before. */
async function* pagesOf(
  tables: Tables,
  source: ExportTable,
  { conditions, limit }: Selection,
): AsyncGenerator<readonly Row[]> {
  let after: Row | undefined;
  for (let left = limit; left > 0; ) {
    const size = Math.min(left, PAGE_ROWS);
    const rows: readonly Row[] = await tables
      .select()
      .from(source.table)
      .where(and(...conditions, after && beyond(source, after)))
      .orderBy(...source.key.map((column) => asc(column)))
      .limit(size);
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    after = rows.at(-1);
    left -= rows.length;
  }
}

/** SQL's comparison of rows: the keys after that of `row`. */
function beyond({ key, table }: ExportTable, row: Row): Condition {
  const names = new Map<PgColumn, string>(columnsOf(table).map(([name, column]) => [column, name]));
  const values = key.map((column) => sql.param(row[names.get(column) ?? ""], column));
  return sql`(${sql.join([...key], sql`, `)}) > (${sql.join(values, sql`, `)})`;
}
