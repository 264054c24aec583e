import { amountParts, type TokenUnit } from "./format.ts";

/** A value of a CSV file. Amounts are base units and are written as exact decimals of the token. */
export type CsvValue = string | number | bigint | boolean | null;

/** A column of a CSV file. */
export interface CsvColumn<T> {
  readonly name: string;
  readonly value: (row: T) => CsvValue;
  /** Whether the values are base units of the payment token. */
  readonly isAmount?: boolean;
}

/** Spreadsheets run text that begins so; peer ids and metadata are written by strangers. */
const RUNS_AS_FORMULA = /^[=+\-@\t\r]/;

function cell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value !== "string") return value.toString();
  const text = RUNS_AS_FORMULA.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** An amount as a plain decimal, all of the token's digits, without thousands: `1204.500000`. */
function decimal(value: CsvValue, { decimals }: TokenUnit): string {
  if (typeof value !== "bigint") return cell(value);
  const { significant, padding } = amountParts(value, decimals);
  return `${significant}${padding}`.replaceAll(",", "").replace("−", "-");
}

/** The first line: names, amounts with the token's symbol. */
export const csvHeader = <T>(columns: readonly CsvColumn<T>[], token: TokenUnit): string =>
  `${columns.map(({ name, isAmount }) => cell(isAmount ? `${name} (${token.symbol})` : name)).join(",")}\r\n`;

export const csvLines = <T>(columns: readonly CsvColumn<T>[], rows: readonly T[], token: TokenUnit): string =>
  rows
    .map((row) => {
      const cells = columns.map(({ value, isAmount }) => (isAmount ? decimal(value(row), token) : cell(value(row))));
      return `${cells.join(",")}\r\n`;
    })
    .join("");
