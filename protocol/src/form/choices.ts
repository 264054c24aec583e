import { formsWithin, type JsonForm, type SchemaForm, targetOf } from "./json-form.ts";

/**
 * Alternatives in one place, at most: those of alternatives and those that references stand for count one by one, since a value is held
 * against each. A few references to each other, twice from each, make more of them than can ever be looked at. For schemas without
 * a left loop.
 */
export function choicesOf({ root, named }: SchemaForm): number {
  const known = new Map<string, number>();
  const count = (form: JsonForm): number => {
    if (form.kind === "anyOf") return form.forms.reduce((sum, one) => sum + count(one), 0);
    if (form.kind !== "ref") return 1;
    const choices = known.get(form.to) ?? count(targetOf(form, named));
    known.set(form.to, choices);
    return choices;
  };
  return Math.max(...[root, ...named.values()].flatMap(formsWithin).map(count));
}
