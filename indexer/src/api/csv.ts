type Row = Readonly<Record<string, unknown>>;

/** A line of RFC 4180 CSV. Empty for null; text that a spreadsheet would run as a formula is disarmed by an apostrophe. */
export function csvLine(values: readonly unknown[]): string {
  return `${values.map(cell).join(",")}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Streams rows as CSV, page by page, with a first line of column names; asks for a page only when the reader wants more. */
export function csvStream(
  columns: readonly string[],
  pages: AsyncIterator<readonly Row[]>,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(csvLine(columns))),
    async pull(controller) {
      const { value, done } = await pages.next();
      if (done === true) return controller.close();
      const lines = value.map((row) => csvLine(columns.map((column) => row[column])));
      controller.enqueue(encoder.encode(lines.join("")));
    },
    async cancel() {
      await pages.return?.();
    },
  });
}
