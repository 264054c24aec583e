import type { JsonForm, SchemaForm } from "./json-form.ts";

/** A reference that leads back to itself before anything is written, or `undefined`. No value could be told from no value there. */
export function leftLoop({ named }: SchemaForm): string | undefined {
  const reaches = (form: JsonForm | undefined, seen: ReadonlySet<string>): boolean => {
    if (form?.kind === "anyOf") return form.forms.some((one) => reaches(one, seen));
    if (form?.kind !== "ref") return false;
    return seen.has(form.to) || reaches(named.get(form.to), new Set([...seen, form.to]));
  };
  return [...named].find(([name, form]) => reaches(form, new Set([name])))?.[0];
}
