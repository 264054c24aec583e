import { readFileSync } from "node:fs";
import { buildSchema, getIntrospectionQuery, getNamedType, isObjectType } from "graphql";
import { expect, test } from "vitest";
import { pageFields } from "./page-fields.ts";
import { costOf } from "./query-cost.ts";

const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));
const pages = pageFields(schema);
const cost = (query: string, variables: Record<string, unknown> = {}) => costOf({ query, variables, pages });
const rowsAsked = (query: string, variables: Record<string, unknown> = {}) => cost(query, variables)?.rows;

test("multiplies the pages within pages, and adds those beside each other", () => {
  expect(rowsAsked("{ executors(limit: 10) { items { channels(limit: 5) { items { paid } } } } }")).toBe(60);
  expect(rowsAsked("{ a: lanes(limit: 3) { items { cost } } lanes { items { cost } } }")).toBe(53);
});

test("counts the row behind each relation to one", () => {
  expect(rowsAsked("{ settlements(limit: 7) { items { client { address } executor { peerId } } } }")).toBe(21);
  expect(rowsAsked('{ executor(address: "0x00") { paid } }')).toBe(1);
});

test("reads limits from variables, and takes the largest page for what it does not know", () => {
  const query = "query ($n: Int = 1000) { lanes(limit: $n) { items { cost } } }";
  expect(rowsAsked(query, { n: 20 })).toBe(20);
  expect(rowsAsked(query, {})).toBe(1_000);
});

test("looks into fragments, however often they are spread, and refuses circles", () => {
  const page =
    "fragment Page on lanePage { items { channel { lanes(limit: 2) { ...Inner } } } } fragment Inner on lanePage { items { cost } }";
  expect(rowsAsked(`{ lanes(limit: 4) { ...Page } other: lanes(limit: 1) { ...Page } } ${page}`)).toBe(20);
  const circle = "fragment A on lane { channel { lanes { items { ...A } } } }";
  expect(rowsAsked(`{ lanes { items { ...A } } } ${circle}`)).toBe(Number.POSITIVE_INFINITY);
  const spreads = Array.from({ length: 25 }, (_, i) => `fragment F${i} on lane { ...F${i + 1} ...F${i + 1} }`).join(
    " ",
  );
  expect(rowsAsked(`{ lanes(limit: 1) { items { ...F0 } } } ${spreads} fragment F25 on lane { cost }`)).toBe(1);
});

test("lets tools ask for the schema, and leaves what is no GraphQL to the executor", () => {
  expect(cost(getIntrospectionQuery())).toMatchObject({ rows: 0, aliases: 0 });
  expect(rowsAsked("{ lanes(")).toBeUndefined();
});

test("counts the rows of a page whatever is asked of it, since they are read for anything", () => {
  expect(rowsAsked("{ executors(limit: 9) { items { lanes(limit: 9) { pageInfo { endCursor } } } } }")).toBe(90);
  expect(rowsAsked("{ executors(limit: 9) { __typename } }")).toBe(9);
  expect(rowsAsked("{ executors(limit: 9) { items { lanes(limit: 9) { __typename } } } }")).toBe(90);
});

test("counts the rows that the database passes over or counts for a page", () => {
  expect(rowsAsked("{ lanes(limit: 5, offset: 400) { items { cost } } }")).toBe(405);
  expect(rowsAsked("query ($n: Int) { lanes(limit: 5, offset: $n) { items { cost } } }", { n: 30_000 })).toBe(30_005);
  expect(rowsAsked("{ lanes(limit: 5) { totalCount } }")).toBe(1_005);
  expect(rowsAsked("{ executors(limit: 9) { items { lanes { totalCount } } } }")).toBe(9 + 9 * 1_050);
});

test("finds limits that no page can have, wherever they stand", () => {
  const wrong = (query: string, variables: Record<string, unknown> = {}) => cost(query, variables)?.wrongLimits;
  expect(wrong("{ a: lanes(limit: 0) { items { cost } } b: lanes(limit: 1) { items { cost } } }")).toEqual([0]);
  expect(wrong("{ lanes(limit: -5) { items { channel { lanes(limit: 1001) { totalCount } } } } }")).toEqual([-5, 1001]);
  expect(wrong("query ($n: Int) { lanes(limit: $n) { items { cost } } }", { n: 1e5 })).toEqual([1e5]);
  expect(wrong('{ lanes(limit: 1000) { items { cost } } network(id: "lloom") { paid } }')).toEqual([]);
});

test("finds offsets below zero, which would make room for other rows", () => {
  const wrong = (query: string, variables: Record<string, unknown> = {}) => cost(query, variables)?.wrongOffsets;
  expect(wrong("{ a: lanes(limit: 1, offset: -9) { totalCount } b: lanes(offset: 0) { totalCount } }")).toEqual([-9]);
  expect(wrong("query ($n: Int) { lanes(offset: $n) { totalCount } }", { n: -1 })).toEqual([-1]);
});

test("counts levels, other names, and knows whether a page is asked for by a cursor", () => {
  expect(cost('{ lanes(after: "xx") { totalCount } }')?.hasCursor).toBe(true);
  expect(cost("{ lanes(limit: 5) { totalCount } }")?.hasCursor).toBe(false);
  expect(cost("{ a: lanes { ...P } b: lanes { ...P } } fragment P on lanePage { items { cost } }")).toMatchObject({
    depth: 3,
    aliases: 2,
  });
});

test("has a name for pages that is none for single rows", () => {
  const types = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type));
  const others = types.flatMap((type) =>
    Object.values(type.getFields()).filter(
      ({ name, type: of }) =>
        pages.has(name) && isObjectType(getNamedType(of)) && !getNamedType(of).name.endsWith("Page"),
    ),
  );
  expect(others).toEqual([]);
});
