import { csvCell, csvLine } from "@lloom/protocol/csv";

type Row = Readonly<Record<string, unknown>>;

/** Streams rows as CSV, page by page, with a first line of column names; asks for a page only when the reader wants more. */
export function csvStream(
  columns: readonly string[],
  pages: AsyncIterator<readonly Row[]>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(csvLine(columns.map(csvCell)))),
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done === true) return controller.close();
      const lines = value.map((row) => csvLine(columns.map((column) => csvCell(row[column]))));
      controller.enqueue(encoder.encode(lines.join("")));
    },
    async cancel() {
      await pages.return?.();
    },
  });
}
