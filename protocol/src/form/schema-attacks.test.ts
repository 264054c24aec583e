// Schemas and values that were made to cost whoever reads them without end.
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../canonical.ts";
import { valueProblem } from "./check-value.ts";
import { MOST_DEPTH } from "./depth.ts";
import { readSchema, SCHEMA_LIMITS } from "./read-schema.ts";
import { readingsOf } from "./readings.ts";

type Properties = Readonly<Record<string, JsonValue>>;
const object = (properties: Properties): JsonValue => ({
  ...{ type: "object", properties, required: Object.keys(properties), additionalProperties: false },
});
const SELF = { $ref: "#" };
const BOTH = (x: JsonValue): JsonValue => ({
  anyOf: [object({ x, y: { const: 1 } }), object({ x, y: { const: 2 } }), { type: "null" }],
});
const refused = (schema: JsonValue) =>
  expect(() => readSchema(schema)).toThrow(
    expect.objectContaining({ code: "UNSUPPORTED", message: expect.stringContaining("begin alike") }),
  );

describe("alternatives that begin alike, inside each other", () => {
  it.each<[string, JsonValue]>([
    ["without end", BOTH(SELF)],
    ["through another name", { ...(BOTH({ $ref: "#/$defs/next" }) as object), $defs: { next: object({ on: SELF }) } }],
    [
      "in lists",
      {
        anyOf: [
          { type: "array", items: SELF },
          { type: "array", items: SELF, maxItems: 1 },
        ],
      },
    ],
    ["behind properties of which either may be left out", optional(SELF)],
    ["with properties of any name", { anyOf: [{ type: "object", additionalProperties: SELF }, object({ x: SELF })] }],
    ["seven deep", Array.from({ length: 7 }).reduce<JsonValue>((inner) => BOTH(inner), { type: "string" })],
  ])("%s are refused", (_, schema) => {
    refused(schema);
    expect(readSchema(schema, { isLenient: true }).root).toEqual({ kind: "any" });
  });

  it.each<[string, JsonValue]>([
    ["a list that ends", { anyOf: [object({ value: { type: "string" }, next: SELF }), { type: "null" }] }],
    [
      "a tree told by its properties' names",
      { anyOf: [object({ num: { type: "number" } }), object({ op: {}, of: SELF })] },
    ],
    [
      "a tree told by a const",
      {
        anyOf: ["a", "b", "c"].map((kind) =>
          object({ id: { type: "string" }, kind: { const: kind }, left: SELF, right: SELF }),
        ),
      },
    ],
    ["a page of parts", object({ parts: { type: "array", items: { anyOf: [SELF, { type: "string" }] } } })],
    ["two that are alike, once", BOTH({ type: "string" })],
  ])("%s is read in few ways", (_, schema) => {
    expect(readingsOf(readSchema(schema), SCHEMA_LIMITS.readings)).toBeLessThanOrEqual(2);
  });
});

/** References to each other, twice from each, in the order in which none is deep: 2 to the power of `levels` alternatives. */
const doubling = (levels: number, leaf: JsonValue): JsonValue => {
  const to = (level: number): JsonValue => ({ $ref: `#/$defs/l${level}` });
  const all = Array.from({ length: levels + 1 }, (_, level) => level);
  return {
    anyOf: all.map(to),
    $defs: Object.fromEntries(
      all.map((level) => [`l${level}`, level === 0 ? leaf : { anyOf: [to(level - 1), to(level - 1)] }]),
    ),
  };
};

describe("alternatives that are told by references to each other", () => {
  it("are refused where one place has more than anybody can look at", () => {
    expect(readSchema(doubling(8, { type: "string" })).named.size).toBe(9);
    for (const leaf of [{ type: "string" }, { type: "array", items: { type: "null" } }]) {
      const schema = doubling(150, leaf);
      const tooLarge = { code: "UNSUPPORTED", message: expect.stringContaining("too many alternatives") };
      expect(() => readSchema(schema)).toThrow(expect.objectContaining(tooLarge));
      expect(readSchema(schema, { isLenient: true })).toEqual({ root: { kind: "any" }, named: new Map() });
    }
  });

  it("are as many in one place as a schema may have forms", () => {
    const ten = (one: JsonValue): JsonValue[] => Array.from({ length: 10 }, () => one);
    const $defs = { ten: { anyOf: ten({ type: "null" }) }, hundred: { anyOf: ten({ $ref: "#/$defs/ten" }) } };
    const thousand = ten({ $ref: "#/$defs/hundred" });
    expect(SCHEMA_LIMITS.forms).toBe(1000);
    expect(readSchema({ anyOf: thousand, $defs }).root.kind).toBe("anyOf");
    expect(() => readSchema({ anyOf: [...thousand, { type: "null" }], $defs })).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED" }),
    );
  });

  it("are looked through once for loops", () => {
    const loop = { anyOf: [{ type: "null" }, { $ref: "#/$defs/l0" }] };
    expect(() => readSchema(doubling(150, loop))).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });
});

describe("a value", () => {
  it("as deep as it may be is looked at through any number of references and alternatives", () => {
    const aliases = Array.from({ length: 100 }, (_, at) => [`a${at}`, { $ref: at === 0 ? "#" : `#/$defs/a${at - 1}` }]);
    const all = Object.fromEntries(aliases.map(([name]) => [name, { $ref: `#/$defs/${name}` }]));
    const schema = {
      anyOf: [{ type: "null" }, { type: "object", properties: all }],
      $defs: Object.fromEntries(aliases),
    };
    let value: JsonValue = null;
    for (let level = 0; level < MOST_DEPTH; level++) value = { a9: value };
    expect(valueProblem(readSchema(schema), value)).toBeUndefined();
    expect(valueProblem(readSchema(schema), { a9: value })).toBe("");
  });

  it("that fits the last of many alternatives at every level is looked at once for each", () => {
    const form = readSchema({
      anyOf: [1, 2].map((y) => ({ ...(object({ y: { const: y } }) as object), additionalProperties: true })),
    });
    const [first, second] = form.root.kind === "anyOf" ? form.root.forms : [];
    if (first?.kind !== "object" || second?.kind !== "object") expect.fail("Two objects.");
    const deep = { kind: "anyOf" as const, forms: [{ kind: "null" as const }] as never[] };
    const withSelf = [first, second].map((one) => ({
      ...one,
      properties: [{ name: "x", form: deep, isRequired: true }, ...one.properties],
    }));
    deep.forms.push(...(withSelf as never[]));
    let value: JsonValue = null;
    for (let level = 0; level < 200; level++) value = { x: value, y: 2 };
    expect(valueProblem({ root: deep, named: new Map() }, value)).toBeUndefined();
  });

  it("of brackets alone meets none, and is no end of the checker", () => {
    const nested = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
    const lists = readSchema({ type: "array", items: SELF });
    expect(valueProblem(lists, nested)).toBe("");
    expect(valueProblem(lists, JSON.parse("[".repeat(1000) + "]".repeat(1000)))).toBeUndefined();
    expect(valueProblem(readSchema({ enum: [1] }), nested)).toBe("");
  });
});

function optional(x: JsonValue): JsonValue {
  const { required: _, ...rest } = object({ a: { type: "string" }, x }) as { required: JsonValue };
  return { anyOf: [rest, { ...rest, title: "again" }] };
}
