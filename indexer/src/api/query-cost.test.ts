import { getIntrospectionQuery } from "graphql";
import { expect, test } from "vitest";
import { costOf } from "./query-cost.ts";

const rowsAsked = (query: string, variables: Record<string, unknown>) => costOf(query, variables)?.rows;

test("multiplies the pages within pages, and adds those beside each other", () => {
  expect(rowsAsked("{ executors(limit: 10) { items { channels(limit: 5) { items { paid } } } } }", {})).toBe(60);
  expect(rowsAsked("{ a: lanes(limit: 3) { items { cost } } lanes { items { cost } } }", {})).toBe(53);
});

test("counts rows behind a relation to one as part of the page", () => {
  expect(rowsAsked("{ settlements(limit: 7) { items { client { address } executor { peerId } } } }", {})).toBe(7);
  expect(rowsAsked('{ executor(address: "0x00") { paid } }', {})).toBe(0);
});

test("reads limits from variables, and takes the largest page for what it does not know", () => {
  const query = "query ($n: Int = 1000) { lanes(limit: $n) { items { cost } } }";
  expect(rowsAsked(query, { n: 20 })).toBe(20);
  expect(rowsAsked(query, {})).toBe(1_000);
});

test("looks into fragments, however often they are spread, and refuses circles", () => {
  const page =
    "fragment Page on lanePage { items { channel { lanes(limit: 2) { ...Inner } } } } fragment Inner on lanePage { items { cost } }";
  expect(rowsAsked(`{ lanes(limit: 4) { ...Page } other: lanes(limit: 1) { ...Page } } ${page}`, {})).toBe(15);
  const circle = "fragment A on lane { channel { lanes { items { ...A } } } }";
  expect(rowsAsked(`{ lanes { items { ...A } } } ${circle}`, {})).toBe(Number.POSITIVE_INFINITY);
  const spreads = Array.from({ length: 25 }, (_, i) => `fragment F${i} on lane { ...F${i + 1} ...F${i + 1} }`).join(
    " ",
  );
  expect(rowsAsked(`{ lanes(limit: 1) { items { ...F0 } } } ${spreads} fragment F25 on lane { cost }`, {})).toBe(1);
});

test("lets tools ask for the schema, and leaves what is no GraphQL to the executor", () => {
  expect(rowsAsked(getIntrospectionQuery(), {})).toBe(0);
  expect(rowsAsked("{ lanes(", {})).toBeUndefined();
});

test("counts the rows of a page of which only the ends or the number are asked for, since they are read too", () => {
  expect(rowsAsked("{ executors(limit: 9) { items { lanes(limit: 9) { pageInfo { endCursor } } } } }", {})).toBe(90);
  expect(rowsAsked("{ executors(limit: 9) { items { lanes { totalCount } } } }", {})).toBe(459);
});

test("finds limits that no page can have, wherever they stand", () => {
  const wrong = (query: string, variables: Record<string, unknown> = {}) => costOf(query, variables)?.wrongLimits;
  expect(wrong("{ a: lanes(limit: 0) { items { cost } } b: lanes(limit: 1) { items { cost } } }")).toEqual([0]);
  expect(wrong("{ lanes(limit: -5) { items { channel { lanes(limit: 1001) { totalCount } } } } }")).toEqual([-5, 1001]);
  expect(wrong("query ($n: Int) { lanes(limit: $n) { items { cost } } }", { n: 1e5 })).toEqual([1e5]);
  expect(wrong('{ lanes(limit: 1000) { items { cost } } network(id: "lloom") { paid } }')).toEqual([]);
});

test("knows whether a page is asked for by a cursor", () => {
  expect(costOf('{ lanes(after: "xx") { totalCount } }', {})?.hasCursor).toBe(true);
  expect(costOf("{ lanes(limit: 5) { totalCount } }", {})?.hasCursor).toBe(false);
});
