/** What a generated file can hold: JSON, and integers of any size. */
export type Value = string | number | bigint | boolean | null | readonly Value[] | { readonly [key: string]: Value };

const LINE_WIDTH = 120;

/** A value as a TypeScript literal: on one line where it fits, broken like the formatter would where it does not. */
export function literal(value: Value, indent = "", room = LINE_WIDTH): string {
  if (typeof value === "bigint") return `${grouped(value)}n`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const gap = isList ? "" : " ";
  const entries: [string, Value][] = isList ? value.map((inner) => ["", inner]) : Object.entries(value);
  if (entries.length === 0) return open + close;
  const prefixed = entries.map(([key, inner]): [string, Value] => [key === "" ? "" : `${key}: `, inner]);
  const flat = prefixed.map(([prefix, inner]) => prefix + literal(inner, "", Number.POSITIVE_INFINITY)).join(", ");
  if (flat.length + 2 * gap.length + 2 <= room) return open + gap + flat + gap + close;
  const inside = `${indent}  `;
  const lines = prefixed.map(
    ([prefix, inner]) => `${inside}${prefix}${literal(inner, inside, LINE_WIDTH - inside.length - prefix.length - 1)},`,
  );
  return [open, ...lines, indent + close].join("\n");
}

/** Digits in threes. */
const grouped = (value: bigint): string => value.toString().replace(/\B(?=(\d{3})+$)/g, "_");
