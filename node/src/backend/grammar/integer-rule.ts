import type { Range } from "@lloom/protocol/form/json-form";

/** Digits that a whole number has at most, so that every one is exact as a double. */
const MOST_DIGITS = 15;
const MOST = 10 ** MOST_DIGITS - 1;

/** What GBNF writes for the whole numbers within a range; beyond 15 digits it writes none, however wide the range is. */
export function integerRule({ least = -MOST, most = MOST }: Range): string {
  const [low, high] = [Math.max(least, -MOST), Math.min(most, MOST)];
  const negative = low < 0 ? `"-" (${natural(Math.max(1, -high), -low)})` : undefined;
  const others = high >= 0 ? natural(Math.max(0, low), high) : undefined;
  return [negative, others].filter((one) => one !== undefined).join(" | ");
}

/** From `low` to `high`, by their number of digits. */
function natural(low: number, high: number): string {
  const alternatives: string[] = [];
  for (let digits = String(low).length; digits <= String(high).length; digits++) {
    const from = Math.max(low, digits === 1 ? 0 : 10 ** (digits - 1));
    const to = Math.min(high, 10 ** digits - 1);
    alternatives.push(sameLength(String(from), String(to)));
  }
  return alternatives.join(" | ");
}

/** Numbers of as many digits as both have. */
function sameLength(from: string, to: string): string {
  const [first = "", last = ""] = [from[0], to[0]];
  const rest = from.length - 1;
  if (isAll(from.slice(1), "0") && isAll(to.slice(1), "9"))
    return `${digit(first, last)}${rest > 0 ? ` [0-9]{${rest}}` : ""}`;
  if (first === last) return `"${first}" (${sameLength(from.slice(1), to.slice(1))})`;
  const between = Number(last) - Number(first) > 1 ? [`[${Number(first) + 1}-${Number(last) - 1}] [0-9]{${rest}}`] : [];
  return [
    `"${first}" (${sameLength(from.slice(1), "9".repeat(rest))})`,
    ...between,
    `"${last}" (${sameLength("0".repeat(rest), to.slice(1))})`,
  ].join(" | ");
}

const digit = (first: string, last: string): string => (first === last ? `"${first}"` : `[${first}-${last}]`);
const isAll = (digits: string, one: string): boolean => digits === one.repeat(digits.length);
