import { askAnew } from "../../../support/ask-anew.ts";

/** Rows that a file may have. */
const MOST_ROWS = 50_000;
const FIRST_BLOCKS = 500;

/** A table of an index as CSV: its columns, and its rows as lines. */
export interface IndexedTable {
  readonly columns: readonly string[];
  readonly lines: readonly string[];
}

/** Reads a whole table. One that is too long for a file comes by ranges of blocks, or client by client. */
export async function indexedTable(url: string, name: string, clients: readonly string[]): Promise<IndexedTable> {
  const whole = await read(url, name, "");
  if (whole.lines.length < MOST_ROWS) return whole;
  const lines: string[] = [];
  if (!whole.columns.includes("block")) {
    for (const client of clients) lines.push(...(await read(url, name, `?client=${client}`)).lines);
    return { columns: whole.columns, lines };
  }
  const head = await headOf(url);
  for (let from = 0, blocks = FIRST_BLOCKS; from <= head; ) {
    const part = await read(url, name, `?fromBlock=${from}&toBlock=${from + blocks}`);
    if (part.lines.length < MOST_ROWS) {
      lines.push(...part.lines);
      from += blocks;
    } else blocks = Math.max(1, Math.floor(blocks / 2));
  }
  return { columns: whole.columns, lines };
}

async function read(url: string, name: string, selection: string): Promise<IndexedTable> {
  const response = await askAnew(`${url}/export/${name}.csv${selection}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${name}: ${text}`);
  // No cell of these tables has a line of its own.
  const [header = "", ...lines] = text.trimEnd().split("\r\n");
  return { columns: header.split(","), lines };
}

async function headOf(url: string): Promise<number> {
  const { block } = (await (await askAnew(`${url}/meta`)).json()) as { block: { number: string } };
  return Number(block.number);
}
