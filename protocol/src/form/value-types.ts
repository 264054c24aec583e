/** The types that a schema may name. */
export const TYPES = ["string", "integer", "number", "boolean", "null", "array", "object"] as const;
export type Type = (typeof TYPES)[number];

/** The narrowest type of a value. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

/** Whether whatever is of a type is of one of the types. */
export const isOf = (kind: string, types: readonly string[]): boolean =>
  types.includes(kind) || (kind === "integer" && types.includes("number"));
