import { expect, test } from "vitest";
import { oneOf } from "./readers.ts";
import { ADDRESS, SETTLEMENT_WORK } from "./rows.ts";
import { readPage, readRow, readRowOrNull } from "./shapes.ts";

const address = `0x${"ab".repeat(20)}`;

test("a row keeps its fields and drops what nobody asked for", () => {
  const row = readRow(SETTLEMENT_WORK, { timestamp: 5, requests: "18446744073709551615", paid: "7", extra: 1 }, "row");
  expect(row).toEqual({ timestamp: 5, requests: 18_446_744_073_709_551_615n, paid: 7n });
});

test.each([
  [{ timestamp: "5", requests: "1", paid: "7" }, "row.timestamp is not a whole number."],
  [{ timestamp: 5, requests: 1, paid: "7" }, "row.requests is not a decimal number as text."],
  [{ timestamp: 5, requests: "1", paid: "7.5" }, "row.paid is not a decimal number as text."],
  [null, "row is not an object."],
])("what the schema does not promise is refused by name: %j", (value, message) => {
  const attempt = () => readRow(SETTLEMENT_WORK, value, "row");
  expect(attempt).toThrow(expect.objectContaining({ code: "INDEXER_ANSWER_INVALID" }));
  expect(attempt).toThrow(message);
});

test("a missing row is no row", () => {
  expect(readRowOrNull(ADDRESS, null, "executor")).toBeUndefined();
});

test("a page has cursors only where there is a page to turn to", () => {
  const value = {
    items: [{ address }],
    totalCount: 2,
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: "a", endCursor: "b" },
  };
  expect(readPage(ADDRESS, value, "executors")).toEqual({
    items: [{ address }],
    totalCount: 2,
    previous: undefined,
    next: "b",
  });
});

test("a name that only a newer indexer has is unknown, and never another one", () => {
  const reason = oneOf({ NONE: 0, EXPIRED: 1, UNKNOWN: 2 });
  expect([reason("EXPIRED", "reason"), reason("TOO_NEW", "reason")]).toEqual(["EXPIRED", "UNKNOWN"]);
});
