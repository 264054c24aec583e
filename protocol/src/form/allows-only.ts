import { type JsonForm, type SchemaForm, targetOf } from "./json-form.ts";
import { kindsOf } from "./value-sets.ts";
import { isOf, type Type } from "./value-types.ts";

/** Whether all that a form allows is of one of the types. For schemas without a left loop. */
export function allowsOnly(form: JsonForm, types: readonly Type[], named: SchemaForm["named"]): boolean {
  if (form.kind === "anyOf") return form.forms.every((one) => allowsOnly(one, types, named));
  if (form.kind === "oneOfValues") return [...kindsOf(form.values)].every((kind) => isOf(kind, types));
  return form.kind === "ref" ? allowsOnly(targetOf(form, named), types, named) : isOf(form.kind, types);
}
