// Schemas and values that were made to cost whoever reads them without end.
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../canonical.ts";
import { valueProblem } from "./check-value.ts";
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

describe("a value", () => {
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
