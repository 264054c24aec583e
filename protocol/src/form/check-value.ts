import { canonicalJson, type JsonValue } from "../canonical.ts";
import type { JsonForm, ObjectForm, Range, SchemaForm } from "./json-form.ts";

/** Lists and objects inside each other; a value that has more meets no schema. */
const MOST_DEPTH = 1000;

/** Where a value is not what a schema allows, such as `items.0.name`, or `undefined`. The whole of it is "". */
export function valueProblem({ root, named }: SchemaForm, value: unknown): string | undefined {
  if (isDeeper(value, MOST_DEPTH)) return "";
  return check({ named, known: new Map() }, root, value as JsonValue, "");
}

interface Checking {
  readonly named: SchemaForm["named"];
  /**
   * What came of lists and objects, by the form that they were held against: alternatives that begin alike ask for the same things again, at
   * each level twice as often.
   */
  readonly known: Map<JsonForm, Map<object, string | undefined>>;
}

function check(checking: Checking, form: JsonForm, value: JsonValue, at: string): string | undefined {
  if (typeof value !== "object" || value === null) return checkOnce(checking, form, value, at);
  const known = checking.known.get(form) ?? new Map<object, string | undefined>();
  checking.known.set(form, known);
  if (!known.has(value)) known.set(value, checkOnce(checking, form, value, at));
  return known.get(value);
}

function checkOnce(checking: Checking, form: JsonForm, value: JsonValue, at: string): string | undefined {
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
      return firstOf(value.map((one, index) => () => check(checking, form.items, one, inside(at, index))));
    case "object":
      return checkObject(checking, form, value, at);
    case "anyOf":
      return isFit(form.forms.some((one) => check(checking, one, value, at) === undefined));
    case "ref":
      return check(checking, checking.named.get(form.to) ?? ANY, value, at);
  }
}

function checkObject(
  checking: Checking,
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
      return check(checking, form, one, inside(at, name));
    }),
    ...others.map(([name, one]) => () => {
      if (further === "none") return inside(at, name);
      return further === "any" ? undefined : check(checking, further, one, inside(at, name));
    }),
  ]);
}

const ANY: JsonForm = { kind: "any" };

/** Level by level: a text of brackets alone is deeper than calls can be. */
function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
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
