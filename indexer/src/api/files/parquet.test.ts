import { parquetReadObjects } from "hyparquet";
import { expect, test } from "vitest";
import { type ParquetColumn, parquetParts } from "./parquet.ts";

const COLUMNS: readonly ParquetColumn[] = [
  { name: "id", kind: "text" },
  { name: "count", kind: "integer" },
  { name: "timestamp", kind: "double" },
  { name: "active", kind: "boolean" },
  { name: "validators", kind: "text" },
];
const rowOf = (index: number) => ({
  id: 2n ** 200n + BigInt(index),
  count: index,
  timestamp: 2 ** 33 + index,
  active: index % 2 === 0,
  validators: ["0x12"],
});

async function readBack(pages: readonly (readonly Readonly<Record<string, unknown>>[])[]) {
  const parts = await parquetParts(COLUMNS, ReadableStream.from(pages) as AsyncIterable<never>);
  const file = await new Response(ReadableStream.from(parts)).arrayBuffer();
  return { parts: parts.length, rows: await parquetReadObjects({ file }) };
}

test("writes rows of several groups that a reader finds again, whole numbers as text", async () => {
  const pages = Array.from({ length: 21 }, (_, page) =>
    Array.from({ length: 1_000 }, (_, at) => rowOf(page * 1_000 + at)),
  );
  const { parts, rows } = await readBack(pages);
  expect(parts).toBe(4);
  expect(rows).toHaveLength(21_000);
  expect(rows[20_999]).toEqual({
    id: String(2n ** 200n + 20_999n),
    count: 20_999,
    timestamp: 2 ** 33 + 20_999,
    active: false,
    validators: '["0x12"]',
  });
});

test("keeps what is null, and writes a file without rows", async () => {
  const none = { id: null, count: null, timestamp: null, active: null, validators: null };
  expect((await readBack([[{ id: "a" }, none]])).rows).toEqual([{ ...none, id: "a" }, none]);
  expect((await readBack([])).rows).toEqual([]);
});
