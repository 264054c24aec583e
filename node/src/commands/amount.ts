import { parseAmount } from "@lloom/protocol/amounts";
import { LloomError } from "../errors.ts";

/** More decimals than any token of payment has. */
const MOST_DECIMALS = 18;

/** Base units of a decimal text; `refuse` gets the sentence about what is wrong with it. */
export function exactAmount(text: string, decimals: number, refuse: (problem: string) => never): bigint {
  try {
    return parseAmount(text, decimals);
  } catch (thrown) {
    if (thrown instanceof LloomError) return refuse(thrown.message);
    throw thrown;
  }
}

/** An amount of the command line. */
export interface AmountArgument {
  /** In base units. Throws COMMAND_INVALID for more decimals than the token has, and for what its contracts cannot count. */
  baseUnits(decimals: number): bigint;
}

/**
 * Takes an amount above zero from the command line, and refuses what can be none before a password is asked for or a chain
 * is there. Throws COMMAND_INVALID; `example` is a command that is right.
 */
export function amountArgument(text: string | undefined, example: string): AmountArgument {
  const given = text ?? "";
  const refuse = (problem: string): never => {
    throw new LloomError("COMMAND_INVALID", problem, { next: `Give an amount above zero: ${example}` });
  };
  const baseUnits = (decimals: number): bigint => exactAmount(given, decimals, refuse);
  const fraction = given.trim().split(".")[1] ?? "";
  if (baseUnits(Math.min(fraction.length, MOST_DECIMALS)) === 0n) refuse("The amount is zero.");
  return { baseUnits };
}
