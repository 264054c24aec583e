import type { JsonValue } from "../canonical.ts";
import { isDeeper, MOST_DEPTH } from "./depth.ts";
import { type JsonForm, type ObjectForm, type Range, type SchemaForm, targetOf } from "./json-form.ts";
import { textOf, textsOf } from "./value-sets.ts";

/** Where a value is not what a schema allows, such as `items.0.name`, or `undefined`. The whole of it is "". */
export function valueProblem({ root, named }: SchemaForm, value: unknown): string | undefined {
  if (isDeeper(value, MOST_DEPTH)) return "";
  return run(check({ named, known: new Map() }, root, value as JsonValue, ""));
}

interface Checking {
  readonly named: SchemaForm["named"];
  /**
   * What came of lists and objects, by the form that they were held against: alternatives that begin alike ask for the same things again, at
   * each level twice as often.
   */
  readonly known: Map<JsonForm, Map<object, string | undefined>>;
}

/** A check that waits for others: values and references may lie deeper in each other than calls of functions can. */
type Check = Generator<Check, string | undefined, string | undefined>;

function run(first: Check): string | undefined {
  const open = [first];
  let problem: string | undefined;
  for (let check = open.at(-1); check !== undefined; check = open.at(-1)) {
    const step = check.next(problem);
    if (step.done) open.pop();
    else open.push(step.value);
    problem = step.done ? step.value : undefined;
  }
  return problem;
}

function* check(checking: Checking, form: JsonForm, value: JsonValue, at: string): Check {
  if (typeof value !== "object" || value === null) return yield checkOnce(checking, form, value, at);
  const known = checking.known.get(form) ?? new Map<object, string | undefined>();
  checking.known.set(form, known);
  if (!known.has(value)) known.set(value, yield checkOnce(checking, form, value, at));
  return known.get(value);
}

function* checkOnce(checking: Checking, form: JsonForm, value: JsonValue, at: string): Check {
  const isFit = (yes: boolean): string | undefined => (yes ? undefined : at);
  switch (form.kind) {
    case "any":
      return undefined;
    case "oneOfValues":
      return isFit(textsOf(form.values).has(textOf(value)));
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
      for (const [index, one] of value.entries()) {
        const problem = yield check(checking, form.items, one, inside(at, index));
        if (problem !== undefined) return problem;
      }
      return undefined;
    case "object":
      return yield checkObject(checking, form, value, at);
    case "anyOf":
      for (const one of form.forms) if ((yield check(checking, one, value, at)) === undefined) return undefined;
      return at;
    case "ref":
      return yield check(checking, targetOf(form, checking.named), value, at);
  }
}

function* checkObject(checking: Checking, { properties, further }: ObjectForm, value: JsonValue, at: string): Check {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return at;
  const others = new Map(Object.entries(value as Readonly<Record<string, JsonValue>>));
  for (const { name, form, isRequired } of properties) {
    const one = others.get(name);
    others.delete(name);
    if (one === undefined && isRequired) return inside(at, name);
    const problem = one === undefined ? undefined : yield check(checking, form, one, inside(at, name));
    if (problem !== undefined) return problem;
  }
  if (further === "any") return undefined;
  for (const [name, one] of others) {
    const problem = further === "none" ? inside(at, name) : yield check(checking, further, one, inside(at, name));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const isWithin = ({ least, most }: Range, value: number): boolean =>
  value >= (least ?? value) && value <= (most ?? value);

const inside = (at: string, name: string | number): string => (at === "" ? String(name) : `${at}.${name}`);
