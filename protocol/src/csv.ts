/** Spreadsheets run text that begins so; peer ids and metadata are written by strangers. */
const RUNS_AS_FORMULA = /^[=+\-@\t\r]/;

/** A cell of RFC 4180 CSV. Empty for nothing; text that a spreadsheet would run as a formula is disarmed by an apostrophe. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  // A list has commas between its members.
  const text = typeof value === "string" && RUNS_AS_FORMULA.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A line of cells. */
export const csvLine = (cells: readonly string[]): string => `${cells.join(",")}\r\n`;
