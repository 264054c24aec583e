import { expect, test } from "vitest";
import { type CsvColumn, csvHeader, csvLines } from "./csv.ts";

interface Row {
  readonly peer: string | null;
  readonly paid: bigint;
}

const COLUMNS: readonly CsvColumn<Row>[] = [
  { name: "peer", value: ({ peer }) => peer },
  { name: "paid", value: ({ paid }) => paid, isAmount: true },
];
const TOKEN = { decimals: 6, symbol: "tUSD" };

test("names the token of amounts and writes them exactly, without thousands", () => {
  expect(csvHeader(COLUMNS, TOKEN)).toBe("peer,paid (tUSD)\r\n");
  expect(csvLines(COLUMNS, [{ peer: null, paid: 1_234_567_500_000n }], TOKEN)).toBe(",1234567.500000\r\n");
});

test("quotes what would break a line and disarms what a spreadsheet would run", () => {
  const rows = [
    { peer: 'a "b", c', paid: 0n },
    { peer: "=HYPERLINK(0)", paid: 1n },
  ];
  expect(csvLines(COLUMNS, rows, TOKEN)).toBe('"a ""b"", c",0.000000\r\n\'=HYPERLINK(0),0.000001\r\n');
});
