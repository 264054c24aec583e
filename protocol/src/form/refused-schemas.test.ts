import { describe, expect, it } from "vitest";
import type { JsonValue } from "../canonical.ts";
import type { JsonForm } from "./json-form.ts";
import { readSchema, SCHEMA_LIMITS } from "./read-schema.ts";

type Schema = Readonly<Record<string, unknown>>;

const rootOf = (schema: unknown): JsonForm => readSchema(schema).root;
/** `param`: where it stands. */
const refused = (schema: unknown, code: "UNSUPPORTED" | "REQUEST_INVALID", param: string, words = ""): void => {
  expect(() => readSchema(schema)).toThrow(
    expect.objectContaining({ code, details: { param }, message: expect.stringContaining(words) }),
  );
};
const strings = (count: number): Schema => ({
  type: "object",
  properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: "string" }])),
});
/** So many lists around `inner`. */
const lists = (deep: number, inner: unknown = { type: "null" }): unknown =>
  Array.from({ length: deep }).reduce((items) => ({ type: "array", items }), inner);

describe("a schema is refused", () => {
  it.each<[unknown, string, string?]>([
    [{ type: "string", pattern: "^a" }, "pattern"],
    [{ oneOf: [true] }, "oneOf"],
    [{ enum: [1], const: 1 }, "", "enum and const"],
    [{ $ref: "#", anyOf: [true] }, "", "$ref and anyOf"],
    [{ enum: ["a"], minLength: 1 }, "minLength", "enum"],
    [{ const: "a", minLength: 1 }, "minLength"],
    [{ anyOf: [true], required: ["a"] }, "required"],
    [{ $ref: "#/$defs/a", $defs: { a: true }, items: true }, "items"],
    [{ type: "string", minimum: 1 }, "minimum", "integer"],
    [{ type: "number", minimum: 1 }, "minimum"],
    [{ type: ["number", "integer"], minimum: 1 }, "minimum"],
    [{ type: ["integer", "number"], exclusiveMaximum: 1 }, "exclusiveMaximum"],
    [{ minimum: 1 }, "minimum"],
    [{ maximum: 1 }, "maximum"],
    [{ exclusiveMinimum: 1 }, "exclusiveMinimum"],
    [{ type: "null", minLength: 1 }, "minLength"],
    [{ type: "null", maxLength: 1 }, "maxLength"],
    [{ type: "null", minItems: 1 }, "minItems"],
    [{ type: "null", maxItems: 1 }, "maxItems"],
    [{ type: "null", items: true }, "items"],
    [{ type: "null", properties: {} }, "properties"],
    [{ type: "null", required: [] }, "required"],
    [{ type: "null", additionalProperties: false }, "additionalProperties"],
    [{ properties: {}, items: true }, "items"],
    [{ items: true, minLength: 1 }, "minLength"],
    [{ $ref: 1 }, "$ref"],
    [{ $ref: ["#"] }, "$ref"],
    [{ $ref: "https://example.org/a" }, "$ref"],
    [{ $ref: "x#/$defs/a", $defs: { a: true } }, "$ref"],
    [{ $ref: "#/$defs/a/b", $defs: { a: { b: true } } }, "$ref"],
    [{ properties: { a: true, b: { $ref: "#/properties/a" } } }, "properties.b.$ref"],
    [{ $ref: "#/$defs/a~b", $defs: { "a~b": true } }, "$ref"],
    [{ $ref: "#/$defs/a%b", $defs: { "a%b": true } }, "$ref"],
    [{ $ref: "#/$defs/", $defs: { "": true } }, "$ref"],
    [{ type: "string", anyOf: [{ type: "string" }, { type: "integer" }] }, "type"],
    [{ type: "string", anyOf: [{ type: "string" }, true] }, "type"],
    [{ type: "integer", anyOf: [{ type: "number" }] }, "type"],
    [{ type: "integer", anyOf: [{ enum: [1, 1.5] }] }, "type"],
    [{ type: "object", $ref: "#/$defs/a", $defs: { a: { type: "null" } } }, "type"],
    [{ items: { type: "object", $ref: "#/$defs/a" }, $defs: { a: { type: "null" } } }, "items.type"],
  ])("%j: UNSUPPORTED at %j", (schema, param, words) => {
    refused(schema, "UNSUPPORTED", param, words);
  });

  it.each<[unknown, string]>([
    [undefined, ""],
    ["object", ""],
    [null, ""],
    [[], ""],
    [false, ""],
    [{ type: "text" }, "type"],
    [{ type: ["string", "text"] }, "type"],
    [{ type: [] }, "type"],
    [{ type: null }, "type"],
    [{ type: "text", anyOf: [true] }, "type"],
    [{ anyOf: [] }, "anyOf"],
    [{ anyOf: {} }, "anyOf"],
    [{ anyOf: [true, 1] }, "anyOf.1"],
    [{ enum: [] }, "enum"],
    [{ enum: "a" }, "enum"],
    [{ enum: { length: 1 } }, "enum"],
    [{ type: "string", enum: [1] }, ""],
    [{ type: "integer", const: 1.5 }, ""],
    [{ items: 1 }, "items"],
    [{ properties: [] }, "properties"],
    [{ properties: { a: { items: 1 } } }, "properties.a.items"],
    [{ additionalProperties: 1 }, "additionalProperties"],
    [{ required: "a" }, "required"],
    [{ required: ["a", 1] }, "required"],
    [{ type: "object", required: ["a"], additionalProperties: false }, "required"],
    [{ type: "object", properties: {}, required: ["toString"], additionalProperties: false }, "required"],
    [{ minLength: -1 }, "minLength"],
    [{ maxLength: 1.5 }, "maxLength"],
    [{ maxItems: "1" }, "maxItems"],
    [{ minLength: 3, maxLength: 2 }, "maxLength"],
    [{ minItems: 3, maxItems: 2 }, "maxItems"],
    [{ type: "integer", minimum: "1" }, "minimum"],
    [{ type: "integer", maximum: null }, "maximum"],
    [{ type: "integer", exclusiveMinimum: true }, "exclusiveMinimum"],
    [{ type: "integer", exclusiveMaximum: true }, "exclusiveMaximum"],
    [{ type: "integer", minimum: 3, maximum: 2 }, ""],
    [{ type: "integer", exclusiveMinimum: 3, exclusiveMaximum: 4 }, ""],
    [{ type: "integer", exclusiveMinimum: Number.MAX_SAFE_INTEGER }, ""],
    [{ type: "integer", exclusiveMaximum: -Number.MAX_SAFE_INTEGER }, ""],
    [{ $ref: "#/$defs/a" }, "$ref"],
    [{ $ref: "#/$defs/toString", $defs: {} }, "$ref"],
    [{ $ref: "#/$defs/0", $defs: [true] }, "$ref"],
    [{ items: { $ref: "#/$defs/a" }, $defs: { b: true } }, "items.$ref"],
    [{ items: { $ref: "#/$defs/a" }, $defs: { a: { type: "text" } } }, "$defs.a.type"],
    [{ $ref: "#" }, ""],
    [{ enum: [Number.POSITIVE_INFINITY] }, ""],
    [{ items: { const: { a: "\ud800" } } }, "items"],
  ])("%j: REQUEST_INVALID at %j", (schema, param) => {
    refused(schema, "REQUEST_INVALID", param);
  });

  it("with the place before what is wrong with it", () => {
    expect(() => readSchema({ items: { type: "text" } })).toThrow(/^items\.type: It must be one of string, integer/);
    expect(() => readSchema(1)).toThrow(/^A schema must/);
  });

  it("beyond so many forms", () => {
    expect(rootOf(strings(SCHEMA_LIMITS.forms - 1)).kind).toBe("object");
    refused(strings(SCHEMA_LIMITS.forms), "UNSUPPORTED", `properties.p${SCHEMA_LIMITS.forms - 1}`, "too large");
  });

  it("beyond so many of them inside each other, also through references and values", () => {
    const { depth } = SCHEMA_LIMITS;
    const items = (count: number): string => Array.from({ length: count }, () => "items").join(".");
    expect(rootOf(lists(depth)).kind).toBe("array");
    refused(lists(depth + 1), "UNSUPPORTED", items(depth + 1), "too large");
    for (const wrap of [
      (inner: unknown) => ({ properties: { items: inner } }),
      (inner: unknown) => ({ additionalProperties: inner }),
      (inner: unknown) => ({ anyOf: [inner] }),
      (inner: unknown) => ({ $ref: "#/$defs/a", $defs: { a: inner } }),
    ]) {
      expect(readSchema(wrap(lists(depth - 1))).root).toBeDefined();
      expect(() => readSchema(wrap(lists(depth)))).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
    }
    const nested = (deep: number): unknown => JSON.parse("[".repeat(deep + 1) + "]".repeat(deep + 1));
    expect(rootOf({ const: nested(depth) }).kind).toBe("oneOfValues");
    refused({ enum: [1, nested(depth + 1)] }, "UNSUPPORTED", "", "too large");
    refused({ const: nested(100_000) }, "UNSUPPORTED", "", "too large");
  });

  it.each(["minLength", "minItems"])("where %s is beyond what a grammar can count", (word) => {
    const { each } = SCHEMA_LIMITS;
    expect(readSchema({ [word]: each }).root).toBeDefined();
    refused({ [word]: each + 1 }, "UNSUPPORTED", word, "too much");
  });

  it("where all its counts together are beyond that, each for as much as is written of it", () => {
    const { each, repetitions } = SCHEMA_LIMITS;
    const full = repetitions / each;
    const many = (count: number, schema: Schema): Schema => ({
      anyOf: Array.from({ length: count }, (_, index) => ({ ...schema, title: `${index}` })),
    });
    for (const schema of [
      { maxLength: each },
      { maxLength: 1e9 },
      { minLength: each },
      { minLength: 0, maxLength: each },
    ]) {
      expect(rootOf(many(full, schema)).kind).toBe("anyOf");
      const one = { anyOf: [...(many(full, schema)["anyOf"] as Schema[]), { maxLength: 1 }] };
      refused(one, "UNSUPPORTED", `anyOf.${full}.minLength`, "too much");
    }
    expect(rootOf(many(repetitions / each + 1, { minLength: 0 })).kind).toBe("anyOf");
  });
});

describe("where nothing is written", () => {
  it.each<[string, JsonValue, string]>([
    ["a reference leads back to itself", { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } }, "#/$defs/a"],
    [
      "two lead to each other",
      { items: { $ref: "#/$defs/a" }, $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
      "#/$defs/",
    ],
    [
      "an alternative does",
      { $ref: "#/$defs/a", $defs: { a: { anyOf: [{ type: "null" }, { $ref: "#/$defs/a" }] } } },
      "#/$defs/a",
    ],
    ["the whole does", { anyOf: [{ type: "null" }, { $ref: "#" }] }, "# "],
    [
      "the second of two references does",
      {
        properties: { fine: { $ref: "#/$defs/fine" }, bad: { $ref: "#/$defs/bad" } },
        $defs: { fine: true, bad: { anyOf: [{ $ref: "#/$defs/fine" }, { $ref: "#/$defs/bad" }] } },
      },
      "#/$defs/bad",
    ],
  ])("%s: refused", (_, schema, words) => {
    refused(schema, "REQUEST_INVALID", "", words);
    expect(() => readSchema(schema, { isLenient: true })).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });
});
