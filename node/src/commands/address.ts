import { parseAddress } from "@lloom/protocol/addresses";
import type { Address } from "@lloom/protocol/commitment-types";
import { LloomError } from "../errors.ts";

/** An address of the command line. Throws COMMAND_INVALID; `example` is a command that is right. */
export function addressArgument(text: string, example: string): Address {
  try {
    return parseAddress(text.trim());
  } catch (thrown) {
    if (!(thrown instanceof LloomError)) throw thrown;
    throw new LloomError("COMMAND_INVALID", thrown.message, { cause: thrown, next: `Give an address: ${example}` });
  }
}

/** The value of a flag that holds an address, if it is given. */
export const addressFlag = (value: string | boolean | undefined, example: string): Address | undefined =>
  typeof value === "string" ? addressArgument(value, example) : undefined;
