/**
 * What a JSON Schema allows, as far as this network takes schemas: everything here can be written by a grammar and checked afterwards.
 * What a schema says beyond that is refused by name, never left out.
 */
import type { JsonValue } from "../canonical.ts";

/** Least and most of something; what is absent has no limit. */
export interface Range {
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}

/** One form of a value. */
export type JsonForm =
  | { readonly kind: "any" }
  | { readonly kind: "oneOfValues"; readonly values: readonly JsonValue[] }
  | { readonly kind: "string"; readonly length: Range }
  | { readonly kind: "integer"; readonly value: Range }
  | { readonly kind: "number" | "boolean" | "null" }
  | { readonly kind: "array"; readonly items: JsonForm; readonly count: Range }
  | ObjectForm
  | { readonly kind: "anyOf"; readonly forms: readonly JsonForm[] }
  | RefForm;

export interface RefForm {
  readonly kind: "ref";
  readonly to: string;
}

export interface ObjectForm {
  readonly kind: "object";
  /** In the order in which they are written. */
  readonly properties: readonly PropertyForm[];
  /** What further properties have to be; "none": there may be none, "any": whatever they like. */
  readonly further: "none" | "any" | JsonForm;
}

export interface PropertyForm {
  readonly name: string;
  readonly form: JsonForm;
  readonly isRequired: boolean;
}

/** A whole schema. */
export interface SchemaForm {
  readonly root: JsonForm;
  /** What references stand for, by where they point. */
  readonly named: ReadonlyMap<string, JsonForm>;
}

/** What lies in a form directly. */
export function childrenOf(form: JsonForm): readonly JsonForm[] {
  if (form.kind === "array") return [form.items];
  if (form.kind === "anyOf") return form.forms;
  if (form.kind !== "object") return [];
  const further = typeof form.further === "string" ? [] : [form.further];
  return [...form.properties.map((property) => property.form), ...further];
}

/** All in a form and itself, the innermost first. */
export const formsWithin = (form: JsonForm): readonly JsonForm[] => [...childrenOf(form).flatMap(formsWithin), form];

/** What a reference stands for; a schema that was read has something for each. */
export const targetOf = ({ to }: RefForm, named: SchemaForm["named"]): JsonForm => named.get(to) ?? { kind: "any" };
