import { type EnumName, enumName } from "./contract-enums.ts";
import { accountingV2Facts } from "./generated/facts.ts";

/** Why the contract did not take a pair, or "None" for one that it would take. */
export type Rejection = EnumName<typeof accountingV2Facts.Rejection>;

/** A rejection by its number on chain. */
export const rejectionOf = (value: bigint | number): Rejection => enumName(accountingV2Facts.Rejection, value);
