import type { JsonValue } from "../canonical.ts";
import { LloomError } from "../lloom-error.ts";
import type { JsonForm, PropertyForm, Range, SchemaForm } from "./json-form.ts";
import { leftLoop } from "./left-loop.ts";
import { readingsOf } from "./readings.ts";

/** Limits of a schema: what a grammar can hold, and what nobody needs more of. */
export const SCHEMA_LIMITS = { forms: 1000, depth: 32, repetitions: 20_000, each: 2000, readings: 32 } as const;

/** Words that say nothing about what is valid. */
const NOTES: ReadonlySet<string> = new Set([
  ...["$schema", "$id", "$comment", "$anchor", "title", "description", "default", "examples", "example"],
  ...["deprecated", "readOnly", "writeOnly", "$defs", "definitions", "strict"],
]);
/** Words that are honoured, by the kind of value that they are about; "" is about all. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "": ["type", "enum", "const", "anyOf", "$ref"],
  string: ["minLength", "maxLength"],
  integer: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  array: ["items", "minItems", "maxItems"],
  object: ["properties", "required", "additionalProperties"],
};
const HONOURED = new Set(Object.values(WORDS).flat());
const TYPES = ["string", "integer", "number", "boolean", "null", "array", "object"] as const;
type Type = (typeof TYPES)[number];
const INTEGER_MOST = Number.MAX_SAFE_INTEGER;

type Schema = Readonly<Record<string, unknown>>;

/**
 * Reads a JSON Schema. Throws UNSUPPORTED that names the first word which cannot be honoured, and REQUEST_INVALID for what is no
 * schema; `details.param` is where it stands. `isLenient`: what cannot be honoured is passed over, for schemas that are advice.
 */
export function readSchema(schema: unknown, { isLenient = false } = {}): SchemaForm {
  const reader = new SchemaReader(schema, isLenient);
  const root = reader.read(schema, [], 0);
  const named = reader.named();
  const loop = leftLoop({ root, named });
  if (loop !== undefined) throw problem("REQUEST_INVALID", [], `${loop} refers to itself alone.`);
  if (readingsOf({ root, named }, SCHEMA_LIMITS.readings) <= SCHEMA_LIMITS.readings) return { root, named };
  if (isLenient) return { root: { kind: "any" }, named: new Map() };
  throw problem(
    "UNSUPPORTED",
    [],
    "Alternatives inside each other begin alike in too many ways: let each begin with a required property of its own name or const.",
  );
}

type Path = readonly (string | number)[];

class SchemaReader {
  readonly #whole: unknown;
  readonly #isLenient: boolean;
  readonly #named = new Map<string, JsonForm | undefined>();
  #forms = 0;
  #repetitions = 0;

  constructor(whole: unknown, isLenient: boolean) {
    this.#whole = whole;
    this.#isLenient = isLenient;
  }

  named(): ReadonlyMap<string, JsonForm> {
    return new Map([...this.#named].map(([name, form]) => [name, form ?? { kind: "any" }]));
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
      throw problem("UNSUPPORTED", path, "The schema is too large.");
    if (schema === true) return { kind: "any" };
    if (!isObject(schema)) throw problem("REQUEST_INVALID", path, "A schema must be an object.");
    for (const word of Object.keys(schema))
      if (!HONOURED.has(word) && !NOTES.has(word) && !this.#isLenient)
        throw problem("UNSUPPORTED", [...path, word], `Schemas with "${word}" are not supported.`);
    const { $ref: ref, anyOf, enum: values, const: value } = schema;
    const about = ["$ref", "anyOf", "enum", "const"].filter((word) => schema[word] !== undefined);
    if (about.length > 1)
      throw problem("UNSUPPORTED", path, `Schemas with ${about.join(" and ")} together are not supported.`);
    const beside = Object.keys(schema).find((word) => HONOURED.has(word) && word !== "type" && word !== about[0]);
    if (about.length === 1 && beside !== undefined)
      throw problem("UNSUPPORTED", [...path, beside], `"${beside}" beside ${about[0]} is not supported.`);
    if (ref !== undefined) return this.#refer(ref, path, depth);
    if (anyOf !== undefined) {
      const forms = listOf(anyOf, [...path, "anyOf"]);
      return { kind: "anyOf", forms: forms.map((one, at) => this.read(one, [...path, "anyOf", at], depth + 1)) };
    }
    if (values !== undefined) return ofTypes(listOf(values, [...path, "enum"]), schema, path);
    if (value !== undefined) return ofTypes([value], schema, path);
    return this.#typed(schema, path, depth);
  }

  #typed(schema: Schema, path: Path, depth: number): JsonForm {
    const types = typesOf(schema, path);
    for (const [about, words] of Object.entries(WORDS))
      for (const word of words)
        if (about !== "" && schema[word] !== undefined && !types.includes(about as Type))
          throw problem("UNSUPPORTED", [...path, word], `"${word}" of a value that is no ${about} is not supported.`);
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
    if (!isObject(properties)) throw problem("REQUEST_INVALID", [...path, "properties"], "It must be an object.");
    const needed = Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
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
      throw problem("REQUEST_INVALID", [...path, "required"], `"${others[0]}" is required and cannot be there.`);
    const form: JsonForm = typeof further === "string" ? { kind: "any" } : further;
    return {
      kind: "object",
      properties: [...named, ...others.map((name) => ({ name, form, isRequired: true }))],
      further,
    };
  }

  /** Read once, also where it refers to itself. */
  #refer(ref: unknown, path: Path, depth: number): JsonForm {
    if (typeof ref !== "string" || !/^#(\/(\$defs|definitions)\/[^/~%]+)?$/.test(ref))
      throw problem("UNSUPPORTED", [...path, "$ref"], "References to # and #/$defs/NAME alone are supported.");
    if (!this.#named.has(ref)) {
      const [, group, name] = ref.split("/");
      const groups = isObject(this.#whole) ? this.#whole : {};
      const target = group === undefined ? this.#whole : memberOf(groups[group], name ?? "");
      if (target === undefined) throw problem("REQUEST_INVALID", [...path, "$ref"], `There is no ${ref}.`);
      this.#named.set(ref, undefined);
      this.#named.set(ref, this.read(target, group === undefined ? [] : [group, name ?? ""], depth + 1));
    }
    return { kind: "ref", to: ref };
  }

  #range(schema: Schema, [low, high]: readonly [string, string], path: Path): Range {
    const least = countOf(schema, low, path);
    const most = countOf(schema, high, path);
    this.#repetitions += Math.min(SCHEMA_LIMITS.each, most ?? least ?? 0);
    if ((least ?? 0) > SCHEMA_LIMITS.each || this.#repetitions > SCHEMA_LIMITS.repetitions)
      throw problem("UNSUPPORTED", [...path, low], "The schema asks for too much.");
    if (least !== undefined && most !== undefined && least > most)
      throw problem("REQUEST_INVALID", [...path, high], `It is below ${low}.`);
    return { least, most };
  }
}

/** The values that are of the schema's types, if it names some. */
function ofTypes(values: readonly unknown[], schema: Schema, path: Path): JsonForm {
  const types: readonly string[] = schema["type"] === undefined ? TYPES : typesOf(schema, path);
  const fit = values.filter(
    (value) => types.includes(typeOf(value)) || (Number.isInteger(value) && types.includes("integer")),
  );
  if (fit.length === 0) throw problem("REQUEST_INVALID", path, "No value is of its type.");
  return { kind: "oneOfValues", values: fit as JsonValue[] };
}

const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

function typesOf(schema: Schema, path: Path): readonly Type[] {
  const { type } = schema;
  const told = type === undefined ? impliedTypes(schema) : Array.isArray(type) ? type : [type];
  for (const one of told)
    if (!TYPES.includes(one as Type))
      throw problem("REQUEST_INVALID", [...path, "type"], `It must be one of ${TYPES.join(", ")}.`);
  return [...new Set(told as Type[])];
}

/** Of a schema that names none: what its words are about; none for any value. */
const impliedTypes = (schema: Schema): Type[] =>
  (["object", "array", "string"] as const)
    .filter((type) => WORDS[type]?.some((word) => schema[word] !== undefined))
    .slice(0, 1);

function integerRange(schema: Schema, path: Path): Range {
  const bound = (word: string, step: number): number | undefined => {
    const value = schema[word];
    if (value === undefined) return undefined;
    if (typeof value !== "number") throw problem("REQUEST_INVALID", [...path, word], "It must be a number.");
    const whole = step > 0 ? Math.floor(value) + 1 : step < 0 ? Math.ceil(value) - 1 : value;
    return Math.max(-INTEGER_MOST, Math.min(INTEGER_MOST, whole));
  };
  const lows = [bound("minimum", 0), bound("exclusiveMinimum", 1)].flatMap((one) => one ?? []).map(Math.ceil);
  const highs = [bound("maximum", 0), bound("exclusiveMaximum", -1)].flatMap((one) => one ?? []).map(Math.floor);
  const least = lows.length > 0 ? Math.max(...lows) : undefined;
  const most = highs.length > 0 ? Math.min(...highs) : undefined;
  if (least !== undefined && most !== undefined && least > most)
    throw problem("REQUEST_INVALID", path, "No whole number lies within its bounds.");
  return { least, most };
}

function countOf(schema: Schema, word: string, path: Path): number | undefined {
  const value = schema[word];
  if (value === undefined || (Number.isInteger(value) && (value as number) >= 0)) return value as number | undefined;
  throw problem("REQUEST_INVALID", [...path, word], "It must be a whole number.");
}

function listOf(value: unknown, path: Path): readonly unknown[] {
  if (Array.isArray(value) && value.length > 0) return value;
  throw problem("REQUEST_INVALID", path, "It must be a list with something in it.");
}

const isObject = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const memberOf = (group: unknown, name: string): unknown =>
  isObject(group) && Object.hasOwn(group, name) ? group[name] : undefined;

const problem = (code: "UNSUPPORTED" | "REQUEST_INVALID", path: Path, what: string): LloomError =>
  new LloomError(code, `${path.length > 0 ? `${path.join(".")}: ` : ""}${what}`, {
    details: { param: path.join(".") },
  });
