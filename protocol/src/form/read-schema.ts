import type { JsonValue } from "../canonical.ts";
import { LloomError } from "../lloom-error.ts";
import { allowsOnly } from "./allows-only.ts";
import { choicesOf } from "./choices.ts";
import { isDeeper } from "./depth.ts";
import type { JsonForm, PropertyForm, Range, SchemaForm } from "./json-form.ts";
import { leftLoop } from "./left-loop.ts";
import { readingsOf } from "./readings.ts";
import { textsOf } from "./value-sets.ts";
import { isOf, kindOf, TYPES, type Type } from "./value-types.ts";

/** Limits of a schema: what a grammar can hold, and what nobody needs more of. */
export const SCHEMA_LIMITS = { forms: 1000, depth: 32, repetitions: 20_000, each: 2000, readings: 32 } as const;

/** Words that say nothing about what is valid. */
const NOTES: ReadonlySet<string> = new Set([
  ...["$schema", "$id", "$comment", "$anchor", "title", "description", "default", "examples", "example"],
  ...["deprecated", "readOnly", "writeOnly", "$defs", "definitions", "strict"],
]);
/** Words that are honoured, by the kind of value that they are about; "" is about all. */
const WORDS: Readonly<Record<"" | "string" | "integer" | "array" | "object", readonly string[]>> = {
  "": ["type", "enum", "const", "anyOf", "$ref"],
  string: ["minLength", "maxLength"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  array: ["items", "minItems", "maxItems"],
  object: ["properties", "required", "additionalProperties"],
};
const HONOURED = new Set(Object.values(WORDS).flat());
const INTEGER_MOST = Number.MAX_SAFE_INTEGER;

type Schema = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON Schema. Throws UNSUPPORTED that names the first word which cannot be honoured, and REQUEST_INVALID for what is no
 * schema; `details.param` is where it stands. `isLenient`: what cannot be honoured is passed over, for schemas that are advice.
 */
export function readSchema(schema: unknown, { isLenient = false } = {}): SchemaForm {
  const reader = new SchemaReader(schema, isLenient);
  const form: SchemaForm = { root: reader.read(schema, [], 0), named: reader.named };
  const loop = leftLoop(form);
  if (loop !== undefined) throw problem("REQUEST_INVALID", `${loop} refers to itself alone.`, []);
  const refusal = tooManyWays(form);
  if (refusal !== undefined && isLenient) return { root: { kind: "any" }, named: new Map() };
  if (refusal !== undefined) throw problem("UNSUPPORTED", refusal, []);
  const wider = reader.typed.find(({ form: typed, types }) => !allowsOnly(typed, types, form.named));
  if (wider === undefined || isLenient) return form;
  throw problem("UNSUPPORTED", "A type beside anyOf or $ref must be that of all they allow.", [...wider.path, "type"]);
}

/** Why nobody can be asked to follow all alternatives of a schema, or `undefined`. */
function tooManyWays(form: SchemaForm): string | undefined {
  if (choicesOf(form) > SCHEMA_LIMITS.forms) return "The schema is too large: one place has too many alternatives.";
  return readingsOf(form, SCHEMA_LIMITS.readings) > SCHEMA_LIMITS.readings
    ? "Alternatives inside each other begin alike in too many ways: let each begin with a required property of its own name or const."
    : undefined;
}

type Path = readonly (string | number)[];

/** A form that stands beside a type. */
interface TypedForm {
  readonly form: JsonForm;
  readonly types: readonly Type[];
  readonly path: Path;
}

class SchemaReader {
  readonly #whole: unknown;
  readonly #isLenient: boolean;
  /** What references stand for. */
  readonly named = new Map<string, JsonForm>();
  readonly typed: TypedForm[] = [];
  /** References that were met. */
  readonly #begun = new Set<string>();
  #forms = 0;
  #repetitions = 0;

  constructor(whole: unknown, isLenient: boolean) {
    this.#whole = whole;
    this.#isLenient = isLenient;
  }

  read(schema: unknown, path: Path, depth: number): JsonForm {
    try {
      return this.#read(schema, path, depth);
    } catch (thrown) {
      if (this.#isLenient && thrown instanceof LloomError && thrown.code === "UNSUPPORTED") return { kind: "any" };
      throw thrown;
    }
  }

  #read(schema: unknown, path: Path, depth: number): JsonForm {
    this.#forms += 1;
    if (this.#forms > SCHEMA_LIMITS.forms || depth > SCHEMA_LIMITS.depth)
      throw problem("UNSUPPORTED", "The schema is too large.", path);
    if (schema === true) return { kind: "any" };
    if (!isObject(schema)) throw problem("REQUEST_INVALID", "A schema must be an object.", path);
    for (const word of Object.keys(schema))
      if (!HONOURED.has(word) && !NOTES.has(word) && !this.#isLenient)
        throw problem("UNSUPPORTED", `Schemas with "${word}" are not supported.`, [...path, word]);
    const { $ref: ref, anyOf, enum: values, const: value } = schema;
    const about = ["$ref", "anyOf", "enum", "const"].filter((word) => schema[word] !== undefined);
    if (about.length > 1)
      throw problem("UNSUPPORTED", `Schemas with ${about.join(" and ")} together are not supported.`, path);
    const beside = Object.keys(schema).find((word) => HONOURED.has(word) && word !== "type" && word !== about[0]);
    if (about.length === 1 && beside !== undefined)
      throw problem("UNSUPPORTED", `"${beside}" beside ${about[0]} is not supported.`, [...path, beside]);
    if (ref !== undefined) return this.#beside(this.#refer(ref, path, depth), schema, path);
    if (anyOf !== undefined) {
      const forms = listOf(anyOf, [...path, "anyOf"]);
      const read = forms.map((one, at) => this.read(one, [...path, "anyOf", at], depth + 1));
      return this.#beside({ kind: "anyOf", forms: read }, schema, path);
    }
    if (values !== undefined) return ofTypes(listOf(values, [...path, "enum"]), schema, path);
    if (value !== undefined) return ofTypes([value], schema, path);
    return this.#typed(schema, path, depth);
  }

  /** What references stand for is known when all is read: whether the type says more than they do is looked at then. */
  #beside(form: JsonForm, schema: Schema, path: Path): JsonForm {
    if (schema["type"] !== undefined) this.typed.push({ form, types: typesOf(schema, path), path });
    return form;
  }

  #typed(schema: Schema, path: Path, depth: number): JsonForm {
    const types = typesOf(schema, path);
    for (const [about, words] of Object.entries(WORDS))
      for (const word of words)
        if (about !== "" && schema[word] !== undefined && !types.includes(about as Type))
          throw problem("UNSUPPORTED", `"${word}" of a value that is no ${about} is not supported.`, [...path, word]);
        else if (about === "integer" && schema[word] !== undefined && types.includes("number"))
          throw problem("UNSUPPORTED", `"${word}" where any number may be is not supported.`, [...path, word]);
    const forms = types.map((type) => this.#ofType(type, schema, path, depth));
    const [first = { kind: "any" }] = forms;
    return forms.length > 1 ? { kind: "anyOf", forms } : first;
  }

  #ofType(type: Type, schema: Schema, path: Path, depth: number): JsonForm {
    if (type === "string") return { kind: type, length: this.#range(schema, ["minLength", "maxLength"], path) };
    if (type === "integer") return { kind: type, value: integerRange(schema, path) };
    if (type === "array") {
      const count = this.#range(schema, ["minItems", "maxItems"], path);
      const { items = true } = schema;
      return { kind: type, items: this.read(items, [...path, "items"], depth + 1), count };
    }
    return type === "object" ? this.#object(schema, path, depth) : { kind: type };
  }

  #object(schema: Schema, path: Path, depth: number): JsonForm {
    const { properties = {}, required = [], additionalProperties = true } = schema;
    if (!isObject(properties)) throw problem("REQUEST_INVALID", "It must be an object.", [...path, "properties"]);
    const needed = this.#namesOf(required, [...path, "required"]);
    const named = Object.entries(properties).map(
      ([name, one]): PropertyForm => ({
        name,
        form: this.read(one, [...path, "properties", name], depth + 1),
        isRequired: needed.includes(name),
      }),
    );
    const further =
      additionalProperties === false
        ? "none"
        : additionalProperties === true
          ? "any"
          : this.read(additionalProperties, [...path, "additionalProperties"], depth + 1);
    const others = needed.filter((name) => !Object.hasOwn(properties, name));
    if (others.length > 0 && further === "none")
      throw problem("REQUEST_INVALID", `"${others[0]}" is required and cannot be there.`, [...path, "required"]);
    const form: JsonForm = typeof further === "string" ? { kind: "any" } : further;
    return {
      kind: "object",
      properties: [...named, ...others.map((name) => ({ name, form, isRequired: true }))],
      further,
    };
  }

  /** Each once: it is written as often as it is told. */
  #namesOf(required: unknown, path: Path): readonly string[] {
    const told: readonly unknown[] = Array.isArray(required) ? required : [undefined];
    const names = told.filter((name) => typeof name === "string");
    if (names.length < told.length && !this.#isLenient)
      throw problem("REQUEST_INVALID", "It must be a list of names.", path);
    return [...new Set(names)];
  }

  /** Read once, also where it refers to itself. */
  #refer(ref: unknown, path: Path, depth: number): JsonForm {
    if (typeof ref !== "string" || !/^#(\/(\$defs|definitions)\/[^/~%]+)?$/.test(ref))
      throw problem("UNSUPPORTED", "References to # and #/$defs/NAME alone are supported.", [...path, "$ref"]);
    if (!this.#begun.has(ref)) {
      this.#begun.add(ref);
      const to = ref.split("/").slice(1);
      const target = to.reduce(memberOf, this.#whole);
      if (target === undefined) throw problem("REQUEST_INVALID", `There is no ${ref}.`, [...path, "$ref"]);
      this.named.set(ref, this.read(target, to, depth + 1));
    }
    return { kind: "ref", to: ref };
  }

  #range(schema: Schema, [low, high]: readonly [string, string], path: Path): Range {
    const least = countOf(schema, low, path);
    const most = countOf(schema, high, path);
    this.#repetitions += Math.min(SCHEMA_LIMITS.each, most ?? least ?? 0);
    if ((least ?? 0) > SCHEMA_LIMITS.each || this.#repetitions > SCHEMA_LIMITS.repetitions)
      throw problem("UNSUPPORTED", "The schema asks for too much.", [...path, low]);
    if ((least ?? 0) > (most ?? Number.POSITIVE_INFINITY))
      throw problem("REQUEST_INVALID", `It is below ${low}.`, [...path, high]);
    return { least, most };
  }
}

/** The values that are of the schema's types, if it names some. */
function ofTypes(values: readonly unknown[], schema: Schema, path: Path): JsonForm {
  const types: readonly string[] = schema["type"] === undefined ? TYPES : typesOf(schema, path);
  const fit = values.filter((value) => isOf(kindOf(value), types)) as JsonValue[];
  if (fit.length === 0) throw problem("REQUEST_INVALID", "No value is of its type.", path);
  if (fit.some((value) => isDeeper(value, SCHEMA_LIMITS.depth)))
    throw problem("UNSUPPORTED", "A value is too large.", path);
  if (textsOf(fit).has(undefined))
    throw problem("REQUEST_INVALID", "Numbers must be finite, and text well-formed.", path);
  return { kind: "oneOfValues", values: fit };
}

function typesOf(schema: Schema, path: Path): readonly Type[] {
  const { type } = schema;
  const told =
    type === undefined ? impliedTypes(schema) : Array.isArray(type) ? listOf(type, [...path, "type"]) : [type];
  for (const one of told)
    if (!TYPES.includes(one as Type))
      throw problem("REQUEST_INVALID", `It must be one of ${TYPES.join(", ")}.`, [...path, "type"]);
  return [...new Set(told as Type[])];
}

/** Of a schema that names none: what its words are about; none for any value. */
const impliedTypes = (schema: Schema): Type[] =>
  (["object", "array", "string"] as const)
    .filter((type) => WORDS[type].some((word) => schema[word] !== undefined))
    .slice(0, 1);

function integerRange(schema: Schema, path: Path): Range {
  const bound = (word: string, whole: (value: number) => number): readonly number[] => {
    const value = schema[word];
    if (value === undefined) return [];
    if (typeof value !== "number") throw problem("REQUEST_INVALID", "It must be a number.", [...path, word]);
    return [whole(value)];
  };
  const lows = [...bound("minimum", Math.ceil), ...bound("exclusiveMinimum", (value) => Math.floor(value) + 1)];
  const highs = [...bound("maximum", Math.floor), ...bound("exclusiveMaximum", (value) => Math.ceil(value) - 1)];
  const least = lows.length > 0 ? Math.max(-INTEGER_MOST, ...lows) : undefined;
  const most = highs.length > 0 ? Math.min(INTEGER_MOST, ...highs) : undefined;
  if ((least ?? -INTEGER_MOST) > (most ?? INTEGER_MOST))
    throw problem("REQUEST_INVALID", "No whole number lies within its bounds.", path);
  return { least, most };
}

function countOf(schema: Schema, word: string, path: Path): number | undefined {
  const value = schema[word];
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0)) return value as number | undefined;
  throw problem("REQUEST_INVALID", "It must be a whole number.", [...path, word]);
}

function listOf(value: unknown, path: Path): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw problem("REQUEST_INVALID", "It must be a list with something in it.", path);
}

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const memberOf = (group: unknown, name: string): unknown =>
  isObject(group) && Object.hasOwn(group, name) ? group[name] : undefined;

const problem = (code: "UNSUPPORTED" | "REQUEST_INVALID", what: string, path: Path): LloomError =>
  new LloomError(code, `${path.length > 0 ? `${path.join(".")}: ` : ""}${what}`, {
    details: { param: path.join(".") },
  });
