import { describe, expect, it } from "vitest";
import type { JsonValue } from "../canonical.ts";
import type { JsonForm, SchemaForm } from "./json-form.ts";
import { readSchema, SCHEMA_LIMITS } from "./read-schema.ts";

type Schema = Readonly<Record<string, unknown>>;

const rootOf = (schema: unknown): JsonForm => readSchema(schema).root;
const lenient = (schema: unknown): SchemaForm => readSchema(schema, { isLenient: true });
/** `param`: where it stands. */
const refused = (schema: unknown, code: "UNSUPPORTED" | "REQUEST_INVALID", param: string, words = ""): void => {
  expect(() => readSchema(schema)).toThrow(
    expect.objectContaining({ code, details: { param }, message: expect.stringContaining(words) }),
  );
};
const ANY: JsonForm = { kind: "any" };
const STRING: JsonForm = { kind: "string", length: { least: undefined, most: undefined } };
const strings = (count: number): Schema => ({
  type: "object",
  properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, { type: "string" }])),
});
/** So many lists around `inner`. */
const lists = (deep: number, inner: unknown = { type: "null" }): unknown =>
  Array.from({ length: deep }).reduce((items) => ({ type: "array", items }), inner);

describe("a schema is read", () => {
  it.each<[Schema | boolean, JsonForm]>([
    [true, ANY],
    [{}, ANY],
    [{ type: "string" }, STRING],
    [
      { type: "string", minLength: 1, maxLength: 3 },
      { kind: "string", length: { least: 1, most: 3 } },
    ],
    [
      { type: "string", minLength: 3, maxLength: 3 },
      { kind: "string", length: { least: 3, most: 3 } },
    ],
    [{ type: "integer" }, { kind: "integer", value: { least: undefined, most: undefined } }],
    [{ type: "number" }, { kind: "number" }],
    [{ type: "boolean" }, { kind: "boolean" }],
    [{ type: "null" }, { kind: "null" }],
    [{ type: ["null"] }, { kind: "null" }],
    [{ type: ["null", "null"] }, { kind: "null" }],
    [{ type: ["string", "null"] }, { kind: "anyOf", forms: [STRING, { kind: "null" }] }],
    [{ type: "array" }, { kind: "array", items: ANY, count: { least: undefined, most: undefined } }],
    [
      { type: "array", items: { type: "null" }, minItems: 0, maxItems: 2 },
      { kind: "array", items: { kind: "null" }, count: { least: 0, most: 2 } },
    ],
    [{ type: "object" }, { kind: "object", properties: [], further: "any" }],
    [{ anyOf: [{ type: "null" }, true] }, { kind: "anyOf", forms: [{ kind: "null" }, ANY] }],
    [{ enum: [1, "a", null] }, { kind: "oneOfValues", values: [1, "a", null] }],
    [{ const: null }, { kind: "oneOfValues", values: [null] }],
    [{ const: false }, { kind: "oneOfValues", values: [false] }],
  ])("%j", (schema, form) => {
    expect(readSchema(schema)).toEqual({ root: form, named: new Map() });
  });

  it("with properties in their order, those that are required and not described behind them", () => {
    const schema = { type: "object", properties: { b: { type: "string" }, a: true }, required: ["c", "a", "c"] };
    const property = (name: string, form: JsonForm, isRequired: boolean) => ({ name, form, isRequired });
    const [b, a] = [property("b", STRING, false), property("a", ANY, true)];
    expect(rootOf(schema)).toEqual({ kind: "object", properties: [b, a, property("c", ANY, true)], further: "any" });
    expect(rootOf({ ...schema, additionalProperties: { type: "null" } })).toEqual({
      kind: "object",
      properties: [b, a, property("c", { kind: "null" }, true)],
      further: { kind: "null" },
    });
    expect(rootOf({ ...schema, required: ["a"], additionalProperties: false })).toEqual({
      ...{ kind: "object", properties: [b, a], further: "none" },
    });
  });

  it.each<[Schema, string]>([
    [{ properties: { a: true } }, "object"],
    [{ required: ["a"] }, "object"],
    [{ additionalProperties: true }, "object"],
    [{ items: true }, "array"],
    [{ minItems: 1 }, "array"],
    [{ maxItems: 1 }, "array"],
    [{ minLength: 1 }, "string"],
    [{ maxLength: 1 }, "string"],
  ])("%j without a type is about the values that have such words", (schema, kind) => {
    expect(rootOf(schema).kind).toBe(kind);
  });

  it("with notes of every name, which say nothing", () => {
    const notes = [
      ...["$schema", "$id", "$comment", "$anchor", "title", "description", "default", "examples", "example"],
      ...["deprecated", "readOnly", "writeOnly", "$defs", "definitions", "strict"],
    ];
    const said = Object.fromEntries(notes.map((note) => [note, note]));
    expect(readSchema({ ...said, type: "null" })).toEqual({ root: { kind: "null" }, named: new Map() });
    expect(readSchema({ ...said, const: 1 })).toEqual({ root: { kind: "oneOfValues", values: [1] }, named: new Map() });
  });

  it("with references to itself and to what it names, each read once", () => {
    const schema = {
      $defs: { a: { type: "array", items: { $ref: "#/$defs/a" } }, unused: { pattern: "never read" } },
      definitions: { "b c": { type: "null" } },
      type: "object",
      properties: {
        a: { $ref: "#/$defs/a" },
        b: { $ref: "#/definitions/b c" },
        b2: { $ref: "#/definitions/b c", title: "again" },
        self: { $ref: "#" },
      },
    };
    const { root, named } = readSchema(schema);
    expect([...named.keys()]).toEqual(["#/$defs/a", "#/definitions/b c", "#"]);
    expect(named.get("#/$defs/a")).toMatchObject({ kind: "array", items: { kind: "ref", to: "#/$defs/a" } });
    expect(named.get("#/definitions/b c")).toEqual({ kind: "null" });
    expect(named.get("#")).toEqual(root);
    expect(root).toMatchObject({ properties: [{}, {}, { form: { kind: "ref", to: "#/definitions/b c" } }, {}] });
  });

  it.each<[Schema, number | undefined, number | undefined]>([
    [{ minimum: 2 }, 2, undefined],
    [{ minimum: 2.1 }, 3, undefined],
    [{ exclusiveMinimum: 2 }, 3, undefined],
    [{ exclusiveMinimum: 2.5 }, 3, undefined],
    [{ minimum: 5, exclusiveMinimum: 2 }, 5, undefined],
    [{ minimum: 2, exclusiveMinimum: 5 }, 6, undefined],
    [{ maximum: 2 }, undefined, 2],
    [{ maximum: 2.9 }, undefined, 2],
    [{ exclusiveMaximum: 2 }, undefined, 1],
    [{ exclusiveMaximum: 2.5 }, undefined, 2],
    [{ maximum: 5, exclusiveMaximum: 2 }, undefined, 1],
    [{ maximum: 2, exclusiveMaximum: 5 }, undefined, 2],
    [{ minimum: 3, maximum: 3 }, 3, 3],
    [{ minimum: -1e300, maximum: 1e300 }, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [{ minimum: Number.MAX_SAFE_INTEGER }, Number.MAX_SAFE_INTEGER, undefined],
    [{ maximum: -Number.MAX_SAFE_INTEGER }, undefined, -Number.MAX_SAFE_INTEGER],
  ])("an integer with %j", (bounds, least, most) => {
    expect(rootOf({ type: "integer", ...bounds })).toEqual({ kind: "integer", value: { least, most } });
  });

  it("and so are the values of an enum that are of its type", () => {
    const values = ["a", 1, 1.5, true, null, [1], { a: 1 }];
    const kept = (type: string | readonly string[]) => rootOf({ type, enum: values });
    expect(kept("string")).toEqual({ kind: "oneOfValues", values: ["a"] });
    expect(kept("integer")).toEqual({ kind: "oneOfValues", values: [1] });
    expect(kept("number")).toEqual({ kind: "oneOfValues", values: [1, 1.5] });
    expect(kept("boolean")).toEqual({ kind: "oneOfValues", values: [true] });
    expect(kept("null")).toEqual({ kind: "oneOfValues", values: [null] });
    expect(kept("array")).toEqual({ kind: "oneOfValues", values: [[1]] });
    expect(kept(["object", "null"])).toEqual({ kind: "oneOfValues", values: [null, { a: 1 }] });
  });

  it("with a type beside alternatives and references where they allow nothing else", () => {
    const object = { type: "object" };
    for (const schema of [
      { type: "object", anyOf: [{ properties: { a: true } }, { required: ["b"] }, { const: {} }] },
      { type: "number", anyOf: [{ type: "integer" }, { enum: [1, 1.5] }] },
      { type: ["object", "null"], $ref: "#/$defs/o", $defs: { o: { anyOf: [object, { type: "null" }] } } },
      {
        $defs: { tree: { type: "array", anyOf: [{ type: "array", items: { $ref: "#/$defs/tree" } }, { const: [] }] } },
        type: "array",
        anyOf: [{ $ref: "#/$defs/tree" }, { $ref: "#/$defs/tree" }],
      },
    ])
      expect(["anyOf", "ref"]).toContain(rootOf(schema).kind);
  });
});

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

describe("a schema that is advice", () => {
  it("is read as far as it can be", () => {
    expect(lenient({ type: "string", pattern: "^a", maxLength: 3 }).root).toEqual({
      ...{ kind: "string", length: { least: undefined, most: 3 } },
    });
    expect(
      lenient({ type: "object", properties: { a: { type: "number", minimum: 1 }, b: { type: "null" } } }).root,
    ).toEqual({
      kind: "object",
      properties: [
        { name: "a", form: ANY, isRequired: false },
        { name: "b", form: { kind: "null" }, isRequired: false },
      ],
      further: "any",
    });
    expect(lenient({ required: ["a", 1] }).root).toMatchObject({ properties: [{ name: "a", isRequired: true }] });
    expect(lenient({ required: null }).root).toEqual({ kind: "object", properties: [], further: "any" });
    expect(lenient({ type: "null", anyOf: [true] }).root).toEqual({ kind: "anyOf", forms: [ANY] });
    expect(lenient({ const: JSON.parse("[".repeat(100) + "]".repeat(100)) }).root).toEqual(ANY);
    const far = lenient({ items: { $ref: "#/$defs/a" }, $defs: { a: { enum: [1], const: 1 } } });
    expect(far.named).toEqual(new Map([["#/$defs/a", ANY]]));
  });

  it("is refused where it is no schema", () => {
    for (const schema of [{ type: "text" }, { items: 1 }, { $ref: "#/$defs/a" }, { minLength: 2, maxLength: 1 }])
      expect(() => lenient(schema)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });
});

describe("where nothing is written", () => {
  it.each<[string, JsonValue, string]>([
    ["a reference leads back to itself", { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } }, "#/$defs/a"],
    [
      "two lead to each other",
      { items: { $ref: "#/$defs/a" }, $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } } },
      "#/$defs/a",
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
    expect(() => lenient(schema)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });
});
