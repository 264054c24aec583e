import type { Address } from "./commitment-types.ts";
import { LloomError } from "./lloom-error.ts";

/** Base units that an amount can have: the contracts count in uint96. */
const MAX_AMOUNT = (1n << 96n) - 1n;
/** More digits than any amount has; what is longer is not even computed. */
const MOST_DIGITS = 40;
/** Characters of a wrong amount that are shown. */
const SHOWN = 48;

/**
 * Decimal text to base units, exactly: "1.5" with 6 decimals is 1_500_000n.
 * Throws REQUEST_INVALID for what is no plain decimal, has more digits after the point than the token, or is above uint96.
 */
export function parseAmount(text: string, decimals: number): bigint {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text.trim());
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  if (match === null) throw new LloomError("REQUEST_INVALID", `"${shown}" is not an amount such as 1.5.`);
  const [, whole = "", fraction = ""] = match;
  if (fraction.length > decimals)
    throw new LloomError("REQUEST_INVALID", `"${shown}" has more than the token's ${decimals} decimals.`);
  const amount = whole.length > MOST_DIGITS ? undefined : BigInt(`${whole}${fraction.padEnd(decimals, "0")}`);
  if (amount !== undefined && amount <= MAX_AMOUNT) return amount;
  throw new LloomError(
    "REQUEST_INVALID",
    `"${shown}" is too large: an amount is at most ${formatAmount(MAX_AMOUNT, decimals)}.`,
  );
}

/** An amount's digits, exactly. */
export interface AmountDigits {
  readonly isNegative: boolean;
  readonly whole: string;
  /** As many as the token has decimals. */
  readonly fraction: string;
}

/** Base units as digits before and after the point. */
export function amountDigits(amount: bigint, decimals: number): AmountDigits {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0");
  const point = digits.length - decimals;
  return { isNegative: amount < 0n, whole: digits.slice(0, point), fraction: digits.slice(point) };
}

/** Base units to decimal text without rounding or trailing zeros: 1_500_000n with 6 decimals is "1.5". */
export function formatAmount(amount: bigint, decimals: number): string {
  const { isNegative, whole, fraction } = amountDigits(amount, decimals);
  return decimalText({ isNegative, whole, fraction: fraction.replace(/0+$/, "") });
}

/** How amounts of a token are shown. */
export interface TokenUnit {
  readonly decimals: number;
  readonly symbol: string;
}

/** The token that a deployment is paid in. */
export interface PaymentToken extends TokenUnit {
  readonly address: Address;
}

/** Base units as people read them: "1.5 USDC". */
export const shownAmount = (amount: bigint, { decimals, symbol }: TokenUnit): string =>
  `${formatAmount(amount, decimals)} ${symbol}`;

/** Digits as decimal text that programs read. */
export const decimalText = ({ isNegative, whole, fraction }: AmountDigits): string =>
  `${isNegative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
