import { csvCell, csvLine } from "@lloom/protocol/csv";

type Row = Readonly<Record<string, unknown>>;

/** Rows as CSV: a first line of column names, then a part for each page. */
export async function csvParts(
  columns: readonly string[],
  pages: AsyncIterable<readonly Row[]>,
): Promise<readonly Uint8Array[]> {
  const encoder = new TextEncoder();
  const parts = [encoder.encode(csvLine(columns.map(csvCell)))];
  for await (const page of pages) {
    const lines = page.map((row) => csvLine(columns.map((column) => csvCell(row[column]))));
    parts.push(encoder.encode(lines.join("")));
  }
  return parts;
}
