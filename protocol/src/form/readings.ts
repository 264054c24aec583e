import {
  childrenOf,
  formsWithin,
  type JsonForm,
  type ObjectForm,
  type PropertyForm,
  type SchemaForm,
  targetOf,
} from "./json-form.ts";
import { textsOf } from "./value-sets.ts";

/**
 * In how many ways the beginning of a value may be read at once, at most; above `most` it is not counted further. Alternatives that
 * begin alike are all followed until they differ, and so are those within them: `most` is passed by a schema that refers to itself
 * from two of them, of which each level would double the work of whoever writes a value.
 */
export function readingsOf({ root, named }: SchemaForm, most: number): number {
  const forms = [...named.values(), root].flatMap(formsWithin).map((form) => {
    return { form, alike: form.kind === "anyOf" ? groupsOf(flatten(form, named)) : [] };
  });
  const readings = new Map<JsonForm, number>();
  const known = (form: JsonForm): number => readings.get(form) ?? 1;
  const count = ({ form, alike }: (typeof forms)[number]): number => {
    if (form.kind === "ref") return known(targetOf(form, named));
    const sums = alike.map((group) => group.reduce((sum, one) => sum + known(one), 0));
    return Math.max(1, ...sums, ...childrenOf(form).map(known));
  };
  // Forms lead back to themselves: they are counted until none grows.
  for (let hasGrown = true; hasGrown; ) {
    hasGrown = false;
    for (const one of forms) {
      const counted = count(one);
      hasGrown ||= counted > known(one.form);
      readings.set(one.form, counted);
      if (counted > most) return counted;
    }
  }
  return known(root);
}

/** Alternatives that hold others, those of alternatives among them, and what references stand for. */
function flatten(form: JsonForm, named: SchemaForm["named"], seen = new Set<string>()): readonly ObjectOrArray[] {
  if (form.kind === "object" || form.kind === "array") return [form];
  if (form.kind === "anyOf") return form.forms.flatMap((one) => flatten(one, named, seen));
  if (form.kind !== "ref" || seen.has(form.to)) return [];
  seen.add(form.to);
  return flatten(targetOf(form, named), named, seen);
}

type ObjectOrArray = Extract<JsonForm, { readonly kind: "object" | "array" }>;

/** Of each alternative those that are not told from it before anything within them is read, itself among them. */
const groupsOf = (alternatives: readonly ObjectOrArray[]): ObjectOrArray[][] =>
  alternatives.map((one) => alternatives.filter((other) => !isToldFrom(one, other)));

const isToldFrom = (one: ObjectOrArray, other: ObjectOrArray): boolean =>
  one.kind !== other.kind || (one.kind === "object" && areToldApart(one, other as ObjectForm));

/** By a property that is needed and has another name or other values, with nothing but scalars before it. */
function areToldApart(one: ObjectForm, other: ObjectForm): boolean {
  if (hasAnyNames(one) || hasAnyNames(other)) return false;
  for (const [at, property] of one.properties.entries()) {
    const others = other.properties[at];
    if (!property.isRequired || others?.isRequired === false) return false;
    if (others === undefined || others.name !== property.name || haveOtherValues(property, others)) return true;
    if (!isScalar(property.form) || !isScalar(others.form)) return false;
  }
  return other.properties[one.properties.length]?.isRequired === true;
}

/** Where properties are named, an answer is written with those alone, whatever else may be there. */
const hasAnyNames = ({ properties, further }: ObjectForm): boolean => properties.length === 0 && further !== "none";

function haveOtherValues({ form: one }: PropertyForm, { form: other }: PropertyForm): boolean {
  if (one.kind !== "oneOfValues" || other.kind !== "oneOfValues") return false;
  const texts = textsOf(one.values);
  return ![...textsOf(other.values)].some((text) => texts.has(text));
}

const SCALARS: ReadonlySet<JsonForm["kind"]> = new Set([
  "string",
  "integer",
  "number",
  "boolean",
  "null",
  "oneOfValues",
]);
const isScalar = ({ kind }: JsonForm): boolean => SCALARS.has(kind);
