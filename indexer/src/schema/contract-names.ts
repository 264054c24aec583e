import { auditOutcomeOf } from "@lloom/protocol/audit-reports";
import { type EnumName, enumName } from "@lloom/protocol/contract-enums";
import { juryFacts, measuredDisputesFacts } from "@lloom/protocol/generated/facts";

/** A name of the contracts as the tables have it: `StakeAndTails` is `STAKE_AND_TAILS`. */
export type TableName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${Uppercase<First>}${Tail<Rest>}`
  : "";
type Tail<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? First extends Lowercase<First>
    ? `${Uppercase<First>}${Tail<Rest>}`
    : `_${First}${Tail<Rest>}`
  : "";

/** A name of the contracts as the tables have it. */
export const tableName = <Name extends string>(name: Name): TableName<Name> =>
  name.replace(/(?<!^)[A-Z]/g, "_$&").toUpperCase() as TableName<Name>;

/**
 * Values of a column for an enum of the contracts: all of its names, and `UNKNOWN` for numbers that only a newer contract
 * gives.
 */
export const tableNames = <const Names extends readonly [string, ...string[]]>(names: Names) =>
  // A mapped tuple is what `map` returns here; its type says only that it is a list.
  [...names.map(tableName), "UNKNOWN"] as unknown as [
    ...{ [Index in keyof Names]: TableName<Names[Index]> },
    TableName<EnumName<Names>>,
  ];

/** `Row.outcome` of an audit. */
export const outcomeOf = (outcome: number): TableName<ReturnType<typeof auditOutcomeOf>> =>
  tableName(auditOutcomeOf(outcome));

/** `IJury.Verdict` as the tables have it. */
export const verdictOf = (verdict: number) => tableName(enumName(juryFacts.Verdict, verdict));

/** An arbitrator's ruling, as the verdict that follows from it; it refuses to rule with zero. */
export function rulingOf(ruling: bigint): ReturnType<typeof verdictOf> {
  if (ruling === 0n) return "NONE";
  if (ruling === measuredDisputesFacts.RULING_MISMATCH) return "MISMATCH";
  return ruling === measuredDisputesFacts.RULING_MATCH ? "MATCH" : "UNKNOWN";
}
