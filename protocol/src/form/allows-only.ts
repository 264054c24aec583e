import type { JsonForm, SchemaForm } from "./json-form.ts";
import { kindsOf } from "./value-sets.ts";
import { isOf, type Type } from "./value-types.ts";

/** Whether all that a form allows is of one of the types. */
export function allowsOnly(form: JsonForm, types: readonly Type[], named: SchemaForm["named"]): boolean {
  const seen = new Set<string>();
  const holds = (one: JsonForm | undefined): boolean => {
    if (one?.kind === "anyOf") return one.forms.every(holds);
    if (one?.kind === "oneOfValues") return [...kindsOf(one.values)].every((kind) => isOf(kind, types));
    if (one?.kind !== "ref") return one !== undefined && isOf(one.kind, types);
    if (seen.has(one.to)) return true;
    seen.add(one.to);
    return holds(named.get(one.to));
  };
  return holds(form);
}
