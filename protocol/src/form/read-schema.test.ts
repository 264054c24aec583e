import { describe, expect, it } from "vitest";
import type { JsonForm, SchemaForm } from "./json-form.ts";
import { readSchema } from "./read-schema.ts";

type Schema = Readonly<Record<string, unknown>>;

const rootOf = (schema: unknown): JsonForm => readSchema(schema).root;
const lenient = (schema: unknown): SchemaForm => readSchema(schema, { isLenient: true });
const ANY: JsonForm = { kind: "any" };
const STRING: JsonForm = { kind: "string", length: { least: undefined, most: undefined } };

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
