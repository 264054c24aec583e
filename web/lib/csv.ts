import type { TokenUnit } from "@lloom/protocol/amounts";
import { amountDigits, decimalText } from "@lloom/protocol/amounts";
import { csvCell, csvLine } from "@lloom/protocol/csv";

/** A value of a CSV file. Amounts are base units and are written as exact decimals of the token. */
export type CsvValue = string | number | bigint | boolean | null;

/** A column of a CSV file. */
export interface CsvColumn<T> {
  readonly name: string;
  readonly value: (row: T) => CsvValue;
  /** Whether the values are base units of the payment token. */
  readonly isAmount?: boolean;
}

/** An amount as a plain decimal, all of the token's digits, without thousands: `1204.500000`. */
const amountCell = (value: CsvValue, { decimals }: TokenUnit): string =>
  typeof value === "bigint" ? decimalText(amountDigits(value, decimals)) : csvCell(value);

/** The first line: names, amounts with the token's symbol. */
export const csvHeader = <T>(columns: readonly CsvColumn<T>[], token: TokenUnit): string =>
  csvLine(columns.map(({ name, isAmount }) => csvCell(isAmount ? `${name} (${token.symbol})` : name)));

export const csvLines = <T>(columns: readonly CsvColumn<T>[], rows: readonly T[], token: TokenUnit): string =>
  rows
    .map((row) =>
      csvLine(columns.map(({ value, isAmount }) => (isAmount ? amountCell(value(row), token) : csvCell(value(row))))),
    )
    .join("");
