import { ProtocolError } from "./protocol-error.ts";

/**
 * Decimal text to base units, exactly: "1.5" with 6 decimals is 1_500_000n.
 * Throws REQUEST_INVALID for what is no plain decimal, or has more digits after the point than the token.
 */
export function parseAmount(text: string, decimals: number): bigint {
  const match = /^(\d{1,40})(?:\.(\d+))?$/.exec(text.trim());
  if (match === null) throw new ProtocolError("REQUEST_INVALID", `"${text}" is not an amount such as 1.5.`);
  const fraction = match[2] ?? "";
  if (fraction.length > decimals)
    throw new ProtocolError("REQUEST_INVALID", `"${text}" has more than the token's ${decimals} decimals.`);
  return BigInt(`${match[1]}${fraction.padEnd(decimals, "0")}`);
}

/** Base units to decimal text without rounding or trailing zeros: 1_500_000n with 6 decimals is "1.5". */
export function formatAmount(amount: bigint, decimals: number): string {
  const sign = amount < 0n ? "-" : "";
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction === "" ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}
