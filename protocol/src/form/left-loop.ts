import { type JsonForm, type SchemaForm, targetOf } from "./json-form.ts";

/** A reference that leads back to itself before anything is written, or `undefined`. No value could be told from no value there. */
export function leftLoop({ named }: SchemaForm): string | undefined {
  /** Followed to all their ends: what many alternatives refer to would be followed again for each. */
  const ended = new Set<string>();
  const reaches = (form: JsonForm, seen: ReadonlySet<string>): boolean => {
    if (form.kind === "anyOf") return form.forms.some((one) => reaches(one, seen));
    if (form.kind !== "ref" || ended.has(form.to)) return false;
    if (seen.has(form.to) || reaches(targetOf(form, named), new Set([...seen, form.to]))) return true;
    ended.add(form.to);
    return false;
  };
  return [...named.keys()].find((to) => reaches({ kind: "ref", to }, new Set()));
}
