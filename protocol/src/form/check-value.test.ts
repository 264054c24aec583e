import { describe, expect, it } from "vitest";
import { seeded } from "../../test/seeded.ts";
import { canonicalJson, type JsonValue } from "../canonical.ts";
import { valueProblem } from "./check-value.ts";
import { isDeeper, MOST_DEPTH } from "./depth.ts";
import type { JsonForm } from "./json-form.ts";
import { readSchema } from "./read-schema.ts";

const problemOf = (schema: unknown, value: unknown): string | undefined => valueProblem(readSchema(schema), value);
/** JSON of so many lists inside each other. */
const lists = (deep: number, inner = ""): JsonValue => JSON.parse("[".repeat(deep) + inner + "]".repeat(deep));

/** One value of each type that JSON has, and whole numbers beside others. */
const ONE_OF_EACH: readonly JsonValue[] = [null, true, false, 0, 7, -1.5, "", "a", [], [1], {}, { a: 1 }];

describe("a value", () => {
  it.each<[string, readonly JsonValue[]]>([
    ["string", ["", "a"]],
    ["integer", [0, 7]],
    ["number", [0, 7, -1.5]],
    ["boolean", [true, false]],
    ["null", [null]],
    ["array", [[], [1]]],
    ["object", [{}, { a: 1 }]],
  ])("of the type %s", (type, fit) => {
    expect(ONE_OF_EACH.filter((value) => problemOf({ type }, value) === undefined)).toEqual(fit);
  });

  it("of whatever kind meets a schema that asks for nothing", () => {
    for (const value of ONE_OF_EACH) expect(problemOf(true, value)).toBeUndefined();
    expect(valueProblem({ root: { kind: "ref", to: "nothing" }, named: new Map() }, 1)).toBeUndefined();
  });

  it.each<[unknown, readonly JsonValue[], readonly JsonValue[]]>([
    [{ minLength: 2 }, ["ab", "abc"], ["a", ""]],
    [{ maxLength: 2 }, ["", "ab", "🧶🧶"], ["abc", "🧶🧶🧶"]],
    [{ type: "integer", minimum: 2 }, [2, 3], [1, -2]],
    [{ type: "integer", maximum: 2 }, [2, -3], [3]],
    [{ minItems: 1 }, [[1], [1, 2]], [[]]],
    [{ maxItems: 1 }, [[], [1]], [[1, 2]]],
    [{ enum: [1, { a: 1, b: [2] }, "1"] }, [1, "1", { b: [2], a: 1 }], [2, true, { a: 1 }, { a: 1, b: [] }]],
    [{ const: null }, [null], [0, false, {}]],
    [{ anyOf: [{ type: "null" }, { minLength: 1 }] }, [null, "a"], ["", 1]],
    [{ type: ["integer", "boolean"] }, [1, true], [1.5, "true"]],
  ])("of %j at its edges", (schema, fit, unfit) => {
    for (const value of fit) expect(problemOf(schema, value)).toBeUndefined();
    for (const value of unfit) expect(problemOf(schema, value)).toBe("");
  });

  it("is told by the first place where it is wrong", () => {
    const schema = {
      properties: { a: { type: "null" }, items: { items: { properties: { name: { type: "string" } } } } },
      required: ["a"],
      additionalProperties: { type: "integer" },
    };
    expect(problemOf(schema, { a: null })).toBeUndefined();
    expect(problemOf(schema, { a: null, items: [{}, { name: "x" }], more: 1 })).toBeUndefined();
    expect(problemOf(schema, { items: [{ name: 1 }] })).toBe("a");
    expect(problemOf(schema, { more: "x", a: 1 })).toBe("a");
    expect(problemOf(schema, { a: null, items: [{ name: "x" }, { name: 1 }, 1] })).toBe("items.1.name");
    expect(problemOf(schema, { a: null, items: 1 })).toBe("items");
    expect(problemOf(schema, { a: null, one: 1, two: "x" })).toBe("two");
    expect(problemOf({ ...schema, additionalProperties: false }, { a: null, more: 1 })).toBe("more");
    expect(problemOf({ ...schema, additionalProperties: true }, { a: null, more: "x" })).toBeUndefined();
    expect(problemOf({ items: { anyOf: [{ items: { type: "null" } }, { const: 1 }] } }, [1, [2]])).toBe("1");
    expect(problemOf({ items: { $ref: "#/$defs/a" }, $defs: { a: { items: { type: "null" } } } }, [[1]])).toBe("0.0");
  });

  it("has the properties that it has itself", () => {
    expect(problemOf({ required: ["toString"] }, {})).toBe("toString");
    expect(problemOf({ properties: { toString: { type: "null" } } }, {})).toBeUndefined();
    expect(problemOf({ required: ["length"] }, [1])).toBe("");
    expect(problemOf({ required: ["__proto__"] }, JSON.parse('{"__proto__":1}'))).toBeUndefined();
  });

  it("that stands in two places is held against each form there", () => {
    const schema = { properties: { a: { properties: { x: { const: 1 } } }, b: { properties: { x: { const: 2 } } } } };
    expect(problemOf(schema, { a: { x: 1 }, b: { x: 2 } })).toBeUndefined();
    expect(problemOf(schema, { a: { x: 1 }, b: { x: 1 } })).toBe("b.x");
    const other = {
      properties: { a: { anyOf: [{ $ref: "#/$defs/n" }, { type: ["string", "null"] }] }, b: { $ref: "#/$defs/n" } },
    };
    for (const one of ["x", null])
      expect(problemOf({ ...other, $defs: { n: { type: "integer" } } }, { a: one, b: one })).toBe("b");
    const same = { items: { properties: { x: { const: 1 } } } };
    expect(problemOf(same, [{ x: 1 }, { x: 2 }])).toBe("1.x");
  });

  it("that JSON has no one text for is none of those that are allowed", () => {
    for (const text of ["1e999", '"\\ud800"', '{"a":-1e999}']) {
      expect(problemOf({ enum: [1, "a", {}] }, JSON.parse(text))).toBe("");
      expect(problemOf({}, JSON.parse(text))).toBeUndefined();
    }
  });

  it("in more lists and objects than it may have meets no schema", () => {
    expect(problemOf(true, lists(MOST_DEPTH, "1"))).toBeUndefined();
    expect(problemOf(true, lists(MOST_DEPTH + 1, "1"))).toBe("");
    expect(problemOf({ items: { $ref: "#" } }, lists(MOST_DEPTH + 1))).toBeUndefined();
    expect(problemOf({ items: { $ref: "#" } }, lists(MOST_DEPTH + 2))).toBe("");
  });
});

describe("depth", () => {
  it("is of whatever is deepest, in lists and objects", () => {
    expect(isDeeper(1, 0)).toBe(false);
    expect(isDeeper([], 0)).toBe(false);
    expect(isDeeper([null], 0)).toBe(true);
    expect(isDeeper([1, { a: "text" }], 2)).toBe(false);
    expect(isDeeper([1, { a: "text" }], 1)).toBe(true);
    expect(isDeeper({ a: null, b: [[1], []] }, 3)).toBe(false);
    expect(isDeeper({ a: null, b: [[1], []] }, 2)).toBe(true);
  });
});

describe("values that are made to a form", () => {
  const SEED = 1201;
  /** A random form, and a value that it allows. */
  const made = (random: ReturnType<typeof seeded>, deep: number): { form: JsonForm; value: JsonValue } => {
    const kind = random.below(deep > 0 ? 8 : 5);
    if (kind === 0) return { form: { kind: "null" }, value: null };
    if (kind === 1) return { form: { kind: "boolean" }, value: random.below(2) === 0 };
    if (kind === 2) {
      const value = random.below(100) - 50;
      const [least, most] = [random.below(2) && value - random.below(3), random.below(2) && value + random.below(3)];
      return { form: { kind: "integer", value: { least: least || undefined, most: most || undefined } }, value };
    }
    const text = random.text(5);
    if (kind === 3) return { form: { kind: "string", length: { least: 0, most: [...text].length } }, value: text };
    if (kind === 4) return { form: { kind: "oneOfValues", values: [{ no: 1 }, text] }, value: text };
    const inner = made(random, deep - 1);
    if (kind === 5) {
      const value = Array.from({ length: random.below(4) }, () => inner.value);
      return { form: { kind: "array", items: inner.form, count: { least: value.length, most: value.length } }, value };
    }
    if (kind === 6)
      return {
        form: { kind: "anyOf", forms: [{ kind: "oneOfValues", values: ["none"] }, inner.form] },
        ...{ value: inner.value },
      };
    const other = made(random, deep - 1);
    const properties = [
      { name: "a", form: inner.form, isRequired: true },
      { name: "b", form: other.form, isRequired: false },
    ];
    const value = random.below(2) === 0 ? { a: inner.value } : { b: other.value, a: inner.value };
    return { form: { kind: "object", properties, further: "none" }, value };
  };

  it(`meet it, inside other forms too, and no longer with a property more (seed ${SEED})`, () => {
    const random = seeded(SEED);
    for (let round = 0; round < 500; round++) {
      const { form, value } = made(random, 4);
      const shown = `${canonicalJson(value)} of ${JSON.stringify(form)}`;
      const named = new Map([["x", form]]);
      expect(valueProblem({ root: { kind: "ref", to: "x" }, named }, value), shown).toBeUndefined();
      const open = { kind: "object" as const, properties: [{ name: "v", form, isRequired: true }] };
      expect(valueProblem({ root: { ...open, further: "none" }, named }, { v: value, w: 1 }), shown).toBe("w");
      expect(valueProblem({ root: { ...open, further: form }, named }, { v: value, w: value }), shown).toBeUndefined();
    }
  });
});
