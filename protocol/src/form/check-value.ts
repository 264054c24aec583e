import { canonicalJson, type JsonValue } from "../canonical.ts";
import type { JsonForm, ObjectForm, Range, SchemaForm } from "./json-form.ts";

/** Where a value is not what a schema allows, such as `items.0.name`, or `undefined`. The whole of it is "". */
export function valueProblem(schema: SchemaForm, value: unknown): string | undefined {
  return check(schema, schema.root, value as JsonValue, "");
}

function check(schema: SchemaForm, form: JsonForm, value: JsonValue, at: string): string | undefined {
  const isFit = (yes: boolean): string | undefined => (yes ? undefined : at);
  switch (form.kind) {
    case "any":
      return undefined;
    case "oneOfValues": {
      const told = canonicalJson(value);
      return isFit(form.values.some((one) => canonicalJson(one) === told));
    }
    case "string":
      return isFit(typeof value === "string" && isWithin(form.length, [...value].length));
    case "integer":
      return isFit(Number.isInteger(value) && isWithin(form.value, value as number));
    case "number":
    case "boolean":
      return isFit(typeof value === form.kind);
    case "null":
      return isFit(value === null);
    case "array":
      if (!Array.isArray(value) || !isWithin(form.count, value.length)) return at;
      return firstOf(value.map((one, index) => () => check(schema, form.items, one, inside(at, index))));
    case "object":
      return checkObject(schema, form, value, at);
    case "anyOf":
      return isFit(form.forms.some((one) => check(schema, one, value, at) === undefined));
    case "ref":
      return check(schema, schema.named.get(form.to) ?? { kind: "any" }, value, at);
  }
}

function checkObject(
  schema: SchemaForm,
  { properties, further }: ObjectForm,
  value: JsonValue,
  at: string,
): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return at;
  const given = value as Readonly<Record<string, JsonValue>>;
  const names = new Set(properties.map(({ name }) => name));
  const others = Object.entries(given).filter(([name]) => !names.has(name));
  return firstOf([
    ...properties.map(({ name, form, isRequired }) => () => {
      const one = Object.hasOwn(given, name) ? given[name] : undefined;
      if (one === undefined) return isRequired ? inside(at, name) : undefined;
      return check(schema, form, one, inside(at, name));
    }),
    ...others.map(([name, one]) => () => {
      if (further === "none") return inside(at, name);
      return further === "any" ? undefined : check(schema, further, one, inside(at, name));
    }),
  ]);
}

const isWithin = ({ least, most }: Range, value: number): boolean =>
  value >= (least ?? value) && value <= (most ?? value);

const inside = (at: string, name: string | number): string => (at === "" ? String(name) : `${at}.${name}`);

function firstOf(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const one of checks) {
    const problem = one();
    if (problem !== undefined) return problem;
  }
  return undefined;
}
