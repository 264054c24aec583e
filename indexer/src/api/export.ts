import { addressOf, hashOf } from "@lloom/protocol/identifiers";
import type { Context } from "hono";
import { and, asc, eq, gte, lt, type PgColumn, sql } from "ponder";
import { EXPORT_TABLES, type ExportTable } from "./export-tables.ts";
import { csvParts } from "./files/csv.ts";
import { type ParquetColumn, parquetParts } from "./files/parquet.ts";
import { cacheHeaders, notModified } from "./if-changed.ts";
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

/**
 * `/export/NAME.csv` and `NAME.parquet`: a table, or the part that `client`, `executor`, `model`, `from`, `to`, `fromBlock`, `toBlock` and
 * `limit` leave of it. All of it is of one block.
 */
export async function exportTable(context: Context): Promise<Response> {
  const [, name = "", format] = /^(\w+)(?:\.(csv|parquet))?$/.exec(context.req.param("file") ?? "") ?? [];
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
    return await fileOf(context, { name, format: format === "parquet" ? "parquet" : "csv", source }, wanted);
  } finally {
    making--;
  }
}

const TYPES = { csv: "text/csv; charset=utf-8", parquet: "application/vnd.apache.parquet" } as const;

interface WantedFile {
  readonly name: string;
  readonly format: keyof typeof TYPES;
  readonly source: ExportTable;
}

async function fileOf(context: Context, { name, format, source }: WantedFile, wanted: Selection): Promise<Response> {
  return await inSnapshot(async (snapshot) => {
    const same = notModified(context, snapshot);
    if (same !== undefined) return same;
    const pages = pagesOf(snapshot.tables, source, wanted);
    const columns = columnsOf(source.table);
    const parts =
      format === "csv"
        ? await csvParts(
            columns.map(([column]) => column),
            pages,
          )
        : await parquetParts(columns.map(parquetColumn), pages);
    const headers = {
      "content-type": TYPES[format],
      "content-disposition": `attachment; filename="lloom-${name}.${format}"`,
      ...(snapshot.block && { "x-lloom-block": String(snapshot.block.number) }),
      ...cacheHeaders(snapshot),
    };
    return new Response(ReadableStream.from(parts), { headers });
  });
}

const KINDS: Readonly<Record<string, ParquetColumn["kind"]>> = {
  PgInteger: "integer",
  PgDoublePrecision: "double",
  PgBoolean: "boolean",
};

const parquetColumn = ([name, { columnType }]: [string, PgColumn]): ParquetColumn => ({
  name,
  kind: KINDS[columnType] ?? "text",
});

interface Selection {
  readonly conditions: readonly Condition[];
  readonly limit: number;
}

/** What the query string asks for, or the sentence that says why it cannot be had. */
function selectionOf(source: ExportTable, query: Readonly<Record<string, string>>): Selection | string {
  const { limit = String(MAX_ROWS), from, to, fromBlock, toBlock, ...filters } = query;
  const numbers = [limit, from ?? "0", to ?? "0", fromBlock ?? "0", toBlock ?? "0"];
  if (!numbers.every((text) => /^\d{1,10}$/.test(text)))
    return "limit, from, to, fromBlock and toBlock have to be whole numbers.";
  if ((from ?? to) !== undefined && source.time === undefined) return "This table has no times: leave from and to out.";
  const block = columnsOf(source.table).find(([name]) => name === "block")?.[1];
  if ((fromBlock ?? toBlock) !== undefined && block === undefined)
    return "This table has no blocks: leave fromBlock and toBlock out.";
  const conditions: Condition[] = [];
  if (fromBlock !== undefined && block !== undefined) conditions.push(gte(block, BigInt(fromBlock)));
  if (toBlock !== undefined && block !== undefined) conditions.push(lt(block, BigInt(toBlock)));
  if (from !== undefined && source.time !== undefined) conditions.push(gte(source.time, Number(from)));
  if (to !== undefined && source.time !== undefined) conditions.push(lt(source.time, Number(to)));
  for (const [name, value] of Object.entries(filters)) {
    const column = Object.hasOwn(source.filters, name) ? source.filters[name] : undefined;
    const times = source.time === undefined ? [] : ["from", "to"];
    const blocks = block === undefined ? [] : ["fromBlock", "toBlock"];
    const known = ["limit", ...times, ...blocks, ...Object.keys(source.filters)];
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
