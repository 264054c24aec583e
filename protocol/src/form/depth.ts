/** Lists and objects inside each other that an answer may have: a value with more meets no schema, and is no call. */
export const MOST_DEPTH = 1000;

/** Whether something lies in more lists and objects than `most`. Level by level: a text of brackets alone is deeper than calls can be. */
export function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > most) return true;
    level = level.flatMap((one) => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}
