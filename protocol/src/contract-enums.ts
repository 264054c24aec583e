/**
 * Enums of the contracts by name. The chain may hold numbers that this version does not know, from contracts newer than it:
 * they read as "Unknown", which is a state of its own. Nothing may be concluded from it; who meets it waits.
 */

/** What an enum's number reads as. */
export type EnumName<Names extends readonly string[]> = Names[number] | "Unknown";

/** Name of an enum's number, out of the list in `generated/facts.ts`. */
export const enumName = <const Names extends readonly string[]>(
  names: Names,
  value: bigint | number,
): EnumName<Names> => names[Number(value)] ?? "Unknown";

/** Number of an enum's name. */
export const enumNumber = <const Names extends readonly string[]>(names: Names, name: Names[number]): number =>
  names.indexOf(name);
