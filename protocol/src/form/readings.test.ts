import { describe, expect, it } from "vitest";
import type { JsonValue } from "../canonical.ts";
import { choicesOf } from "./choices.ts";
import { childrenOf, formsWithin, type JsonForm, type ObjectForm, type SchemaForm, targetOf } from "./json-form.ts";
import { readSchema } from "./read-schema.ts";
import { readingsOf } from "./readings.ts";

const NULL: JsonForm = { kind: "null" };
const TEXT: JsonForm = { kind: "string", length: {} };
const anyOf = (...forms: readonly JsonForm[]): JsonForm => ({ kind: "anyOf", forms });
const ref = (to: string): JsonForm => ({ kind: "ref", to });
const list = (items: JsonForm): JsonForm => ({ kind: "array", items, count: {} });
const values = (...allowed: readonly JsonValue[]): JsonForm => ({ kind: "oneOfValues", values: allowed });
/** Properties that are required; with `?` behind their names they are not. */
const object = (
  properties: Readonly<Record<string, JsonForm>>,
  further: ObjectForm["further"] = "none",
): ObjectForm => ({
  kind: "object",
  properties: Object.entries(properties).map(([name, form]) => ({
    ...{ name: name.replace("?", ""), form, isRequired: !name.endsWith("?") },
  })),
  further,
});
const schema = (root: JsonForm, named: Readonly<Record<string, JsonForm>> = {}): SchemaForm => ({
  ...{ root, named: new Map(Object.entries(named)) },
});
const readings = (root: JsonForm, named: Readonly<Record<string, JsonForm>> = {}, most = 100): number =>
  readingsOf(schema(root, named), most);

describe("what lies in a form", () => {
  it("is what it is made of, the innermost first", () => {
    const inner = list(TEXT);
    const whole = object({ a: inner, b: anyOf(NULL, ref("x")) }, NULL);
    expect(childrenOf(whole)).toEqual([inner, anyOf(NULL, ref("x")), NULL]);
    expect(childrenOf(object({ a: NULL }, "any"))).toEqual([NULL]);
    expect(childrenOf(object({}))).toEqual([]);
    expect(childrenOf(ref("x"))).toEqual([]);
    expect(formsWithin(whole)).toEqual([TEXT, inner, NULL, ref("x"), anyOf(NULL, ref("x")), NULL, whole]);
    expect(formsWithin(NULL)).toEqual([NULL]);
  });
});

describe("what a reference stands for", () => {
  it("is what the schema has there, or anything", () => {
    expect(targetOf({ kind: "ref", to: "a" }, new Map([["a", NULL]]))).toEqual(NULL);
    expect(targetOf({ kind: "ref", to: "a" }, new Map([["b", NULL]]))).toEqual({ kind: "any" });
  });
});

describe("alternatives in one place", () => {
  it("are counted with those of alternatives and references, at the place that has most", () => {
    expect(choicesOf(schema(NULL))).toBe(1);
    expect(choicesOf(schema(anyOf(NULL, TEXT, anyOf(NULL, TEXT))))).toBe(4);
    expect(choicesOf(schema(object({ a: anyOf(NULL, TEXT), b: list(anyOf(NULL, TEXT, values(1))) })))).toBe(3);
    const pair = { pair: anyOf(NULL, TEXT), four: anyOf(ref("pair"), ref("pair")) };
    expect(choicesOf(schema(NULL, pair))).toBe(4);
    expect(choicesOf(schema(anyOf(ref("four"), ref("four"), ref("pair")), pair))).toBe(10);
    expect(choicesOf(schema(anyOf(object({ a: ref("four") }), NULL), pair))).toBe(4);
    expect(choicesOf(schema(ref("nothing")))).toBe(1);
  });
});

describe("readings of a beginning", () => {
  it("are one without alternatives, or with those that a scalar tells", () => {
    for (const form of [NULL, { kind: "any" } as const, list(TEXT), object({ a: TEXT }), values(1, 2), ref("nothing")])
      expect(readings(form)).toBe(1);
    expect(readings(anyOf(NULL, TEXT, values(1), { kind: "any" }))).toBe(1);
  });

  it("are as many as alternatives that begin alike, wherever they lie", () => {
    const two = anyOf(list(NULL), list(TEXT));
    expect(readings(two)).toBe(2);
    expect(readings(list(two))).toBe(2);
    expect(readings(object({ a: two }))).toBe(2);
    expect(readings(object({}, two))).toBe(2);
    expect(readings(anyOf(NULL, object({ a: two }), TEXT))).toBe(2);
    expect(readings(NULL, { two })).toBe(1);
    expect(readings(ref("two"), { two })).toBe(2);
    expect(readings(anyOf(NULL, anyOf(list(NULL), ref("one"))), { one: list(TEXT) })).toBe(2);
    expect(readings(anyOf(list(NULL), list(TEXT), list(values(1))))).toBe(3);
    expect(readings(anyOf(ref("one"), ref("one")), { one: list(TEXT) })).toBe(1);
  });

  it("add up for alternatives and multiply by their levels", () => {
    const two = (inner: JsonForm) => anyOf(list(inner), list(inner));
    expect(readings(two(two(NULL)))).toBe(4);
    expect(readings(two(two(two(NULL))))).toBe(8);
    expect(readings(anyOf(list(two(NULL)), list(NULL)))).toBe(3);
    expect(readings(two(ref("a")), { a: two(NULL) })).toBe(4);
  });

  it("are counted no further than asked", () => {
    const two = (inner: JsonForm) => anyOf(list(inner), list(inner));
    expect(readings(two(two(NULL)), {}, 4)).toBe(4);
    expect(readings(two(two(two(two(NULL)))), {}, 3)).toBe(4);
    expect(readings(two(ref("#")), { "#": two(ref("#")) }, 10)).toBeGreaterThan(10);
    const looped: Record<string, JsonForm> = { "#": anyOf(list(ref("#")), NULL) };
    expect(readings(ref("#"), looped)).toBe(1);
  });

  it("of a reference that leads to itself end", () => {
    expect(readings(anyOf(ref("a"), list(NULL)), { a: anyOf(ref("a"), list(TEXT)) })).toBe(2);
  });

  it.each<[string, JsonForm, JsonForm]>([
    ["a list and an object", list(NULL), object({ a: NULL })],
    ["another name of the first property", object({ a: NULL }), object({ b: NULL })],
    ["other values of the first", object({ a: values(1, 2), x: NULL }), object({ a: values(3), x: NULL })],
    ["other values behind scalars", object({ a: TEXT, b: values(1) }), object({ a: NULL, b: values(2) })],
    [
      "a name behind scalars",
      object({ a: values(1), b: NULL }),
      object({ a: { kind: "integer", value: {} }, c: NULL }),
    ],
    ["a name behind truths", object({ a: { kind: "boolean" }, b: NULL }), object({ a: { kind: "number" }, c: NULL })],
    ["one that has a property more", object({ a: NULL }), object({ a: NULL, b: NULL })],
    ["one that has one at all", object({}), object({ a: NULL })],
    [
      "a property that is required, where further ones may be any",
      object({ a: NULL }, "any"),
      object({ b: NULL }, TEXT),
    ],
  ])("are told apart by %s", (_, one, other) => {
    expect(readings(anyOf(one, other))).toBe(1);
    expect(readings(anyOf(other, one))).toBe(1);
  });

  it.each<[string, JsonForm, JsonForm]>([
    ["the same", object({ a: NULL }), object({ a: NULL })],
    ["nothing in either", object({}), object({})],
    ["values in common", object({ a: values(1, { b: 1, c: 2 }) }), object({ a: values(2, { c: 2, b: 1 }) })],
    ["values on one side alone", object({ a: values("x") }), object({ a: TEXT })],
    ["an optional property", object({ "a?": NULL }), object({ b: NULL })],
    ["an optional property behind scalars", object({ a: TEXT, "b?": NULL }), object({ a: TEXT, c: NULL })],
    ["an optional one more", object({ a: NULL }), object({ a: NULL, "b?": NULL })],
    ["a list before what differs", object({ a: list(NULL), b: values(1) }), object({ a: list(NULL), b: values(2) })],
    ["a list on one side", object({ a: list(NULL), b: values(1) }), object({ a: TEXT, b: values(2) })],
    ["properties of any name", object({}, "any"), object({ a: NULL })],
    ["properties of any name and one form", object({}, NULL), object({ a: NULL })],
  ])("are not told apart by %s", (_, one, other) => {
    expect(readings(anyOf(one, other))).toBe(2);
    expect(readings(anyOf(other, one))).toBe(2);
  });

  it("add up for one that is like two which are told from each other", () => {
    const like = object({ p: TEXT, b: NULL });
    const ends = object({ p: values("x"), b: NULL });
    const optional = object({ p: values("y"), "c?": NULL });
    expect(readings(anyOf(ends, optional))).toBe(1);
    expect(readings(anyOf(like, ends, optional))).toBe(3);
  });

  it("are held against a schema's limit, and one less is read", () => {
    // Two for each level: five levels are 32.
    const deep = (levels: number): JsonValue =>
      Array.from({ length: levels }).reduce<JsonValue>(
        (items) => ({ anyOf: [1, 2].map((minItems) => ({ items, minItems })) }),
        true,
      );
    expect(readSchema(deep(5)).root.kind).toBe("anyOf");
    expect(() => readSchema(deep(6))).toThrow(expect.objectContaining({ code: "UNSUPPORTED", details: { param: "" } }));
  });
});
