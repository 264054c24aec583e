import { canonicalJson, type JsonValue } from "../canonical.ts";
import { kindOf } from "./value-types.ts";

/** The one JSON text of a value, or `undefined` where it has none: a number beyond all bounds, or half of a surrogate pair. */
export function textOf(value: JsonValue): string | undefined {
  try {
    return canonicalJson(value);
  } catch {
    return undefined;
  }
}

/** Made once for each list of values: alternatives are held against each other, and an answer's values against all of them. */
function setOf<T>(of: (value: JsonValue) => T): (values: readonly JsonValue[]) => ReadonlySet<T> {
  const made = new WeakMap<readonly JsonValue[], ReadonlySet<T>>();
  return (values) => {
    const known = made.get(values) ?? new Set(values.map(of));
    made.set(values, known);
    return known;
  };
}

export const textsOf = setOf(textOf);
export const kindsOf = setOf(kindOf);
