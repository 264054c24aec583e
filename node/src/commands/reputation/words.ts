import { ONE } from "@lloom/protocol/reputation/fixed-point";

/** A fraction or an amount of evidence, of 2^-64, as people read it: rounded down to so many digits. */
export function shownFraction(value: bigint, digits = 3): string {
  const scale = 10n ** BigInt(digits);
  const scaled = (value * scale) / ONE;
  return `${scaled / scale}.${(scaled % scale).toString().padStart(digits, "0")}`;
}
