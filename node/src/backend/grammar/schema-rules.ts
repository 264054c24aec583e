import { canonicalJson } from "@lloom/protocol/canonical";
import type { JsonForm, ObjectForm, Range, SchemaForm } from "@lloom/protocol/form/json-form";
import { SCHEMA_LIMITS } from "@lloom/protocol/form/read-schema";
import { integerRule } from "./integer-rule.ts";

/** A character of a string; no escape of a number, of which two may be one character. */
const CHARACTER = String.raw`[^"\\\x00-\x1F\x7F] | "\\" ["\\/bfnrt]`;

/** Text in the words of GBNF. */
export const literal = (text: string): string => {
  const escaped = text.replace(/["\\\n\r\t]/g, (found) => ESCAPES[found] ?? found);
  return `"${escaped}"`;
};
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" },
};

/**
 * Rules for the values of schemas, beside those of `json-grammar.ts`. Whatever they write is valid; of what is valid they write properties
 * in the schema's order, and none that it does not name.
 */
export class SchemaRules {
  readonly #prefix: string;
  readonly #rules: string[] = [];
  readonly #references = new Map<string, string>();

  /** `prefix`: what its rules' names begin with. */
  constructor(schema: SchemaForm, prefix: string) {
    this.#prefix = prefix;
    for (const name of schema.named.keys()) this.#references.set(name, `${prefix}-ref-${this.#references.size}`);
    for (const [name, form] of schema.named) this.#rules.push(`${this.#references.get(name)} ::= ${this.#write(form)}`);
    this.#rules.push(`${prefix} ::= ${this.#write(schema.root)}`);
  }

  /** The rule `prefix`, and those that it needs. */
  get text(): string {
    return this.#rules.join("\n");
  }

  #write(form: JsonForm): string {
    switch (form.kind) {
      case "any":
        return "value";
      case "oneOfValues":
        return form.values.map((value) => literal(canonicalJson(value))).join(" | ");
      case "string":
        return `"\\"" (${CHARACTER})${times(form.length)} "\\""`;
      case "integer":
        return integerRule(form.value);
      case "number":
        return "number";
      case "boolean":
        return '"true" | "false"';
      case "null":
        return '"null"';
      case "array":
        return this.#array(this.#named(form.items), form.count);
      case "object":
        return this.#object(form);
      case "anyOf":
        return form.forms.map((one) => `(${this.#write(one)})`).join(" | ");
      case "ref":
        return this.#references.get(form.to) ?? "value";
    }
  }

  /** A rule of its own, so that repeating it repeats a name. */
  #named(form: JsonForm): string {
    return this.#rule(this.#write(form));
  }

  #rule(body: string): string {
    const name = `${this.#prefix}-${this.#rules.length}`;
    this.#rules.push(`${name} ::= ${body}`);
    return name;
  }

  #array(item: string, { least = 0, most }: Range): string {
    if (most === 0) return '"[" space "]"';
    const others = times({ least: Math.max(0, least - 1), most: most === undefined ? undefined : most - 1 });
    const filled = `${item} (space "," space ${item})${others} space`;
    return least > 0 ? `"[" space ${filled} "]"` : `"[" space (${filled})? "]"`;
  }

  #object({ properties, further }: ObjectForm): string {
    if (properties.length > 0) return `"{" space ${this.#properties(properties)} "}"`;
    if (further === "none") return '"{" space "}"';
    const member = `string space ":" space ${further === "any" ? "value" : this.#named(further)}`;
    return `"{" space (${member} (space "," space ${member})* space)? "}"`;
  }

  /** From the last to the first, each with what may follow it: behind another one, and as the first. */
  #properties(properties: ObjectForm["properties"]): string {
    let [behind, first] = ["space", "space"];
    for (const { name, form, isRequired } of properties.toReversed()) {
      const member = `${literal(JSON.stringify(name))} space ":" space ${this.#named(form)}`;
      const written = this.#rule(`${member} ${behind}`);
      const skipped = (otherwise: string): string => (isRequired ? "" : ` | ${otherwise}`);
      const [nextBehind, nextFirst] = [
        this.#rule(`space "," space ${written}${skipped(behind)}`),
        this.#rule(`${written}${skipped(first)}`),
      ];
      behind = nextBehind;
      first = nextFirst;
    }
    return first;
  }
}

/** How often something is repeated. */
function times({ least = 0, most }: Range): string {
  if (most === undefined) return least === 0 ? "*" : `{${least},}`;
  return `{${least},${Math.min(most, Math.max(least, SCHEMA_LIMITS.each))}}`;
}
