import { amountDigits, type TokenUnit } from "@lloom/protocol/amounts";
import { utcText } from "@lloom/protocol/utc-text";

/**
 * The one place where values become text. Amounts are exact: base units are never turned into floating point. Everything
 * is en-US with UTC times, so that server and browser agree and a screenshot can be checked anywhere.
 */

const COUNT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A count with thousands separated: `1,204`. */
export const formatCount = (count: bigint | number): string => COUNT.format(count);

/** A count with what is counted: `1 channel`, `1,204 channels`. */
export const formatQuantity = (count: bigint | number, noun: string): string =>
  `${formatCount(count)} ${noun}${BigInt(count) === 1n ? "" : "s"}`;

interface Digits {
  readonly whole: string;
  /** The decimals without their trailing zeros. */
  readonly fraction: string;
}

function splitDecimals(baseUnits: bigint, decimals: number): Digits {
  const { isNegative, whole, fraction } = amountDigits(baseUnits, decimals);
  return { whole: `${isNegative ? "−" : ""}${COUNT.format(BigInt(whole))}`, fraction: fraction.replace(/0+$/, "") };
}

/** The two halves of an exact amount, so that the zeros that say nothing can be set back: `1,204.5` and `00000`. */
export interface AmountParts {
  readonly significant: string;
  readonly padding: string;
}

/** An exact amount with all decimals of its token, in two halves, for columns that align at the point. */
export function amountParts(baseUnits: bigint, decimals: number): AmountParts {
  const { whole, fraction } = splitDecimals(baseUnits, decimals);
  const zeros = "0".repeat(decimals - fraction.length);
  if (fraction === "") return { significant: whole, padding: zeros === "" ? "" : `.${zeros}` };
  return { significant: `${whole}.${fraction}`, padding: zeros };
}

/** An exact amount without unit, with at least two decimals where the token has them: `1,204.50`, `0.000123`. */
export function formatAmount(baseUnits: bigint, decimals: number): string {
  const { whole, fraction } = splitDecimals(baseUnits, decimals);
  const shown = fraction.padEnd(Math.min(2, decimals), "0");
  return shown === "" ? whole : `${whole}.${shown}`;
}

/** Where a long number may be broken over lines: between groups of three digits, and before the point. */
export const numberPieces = (text: string): readonly string[] => {
  const [whole = "", fraction] = text.split(".");
  const groups = whole.split(/(?<=,)/);
  return fraction === undefined ? groups : [...groups, ...`.${fraction}`.split(/(?<=^\.\d{3}(?:\d{3})*)(?=\d)/)];
};

/** An exact amount with its unit: `1,204.50 tUSD`. */
export const formatMoney = (baseUnits: bigint, token: TokenUnit): string =>
  `${formatAmount(baseUnits, token.decimals)} ${token.symbol}`;

/** Halves as whole and half: `1`, `1½`, `½`. */
export const formatHalves = (halves: bigint): string =>
  `${halves < 2n && halves > 0n ? "" : formatCount(halves / 2n)}${halves % 2n === 1n ? "½" : ""}`;

const FRACTION_BITS = 64n;
const THOUSAND = 1_000n;

/** An integer of 2^-64 with three decimals, rounded down: `0.614`. */
export const formatFraction = (value: bigint): string => {
  const thousandths = (value * THOUSAND) >> FRACTION_BITS;
  return `${formatCount(thousandths / THOUSAND)}.${(thousandths % THOUSAND).toString().padStart(3, "0")}`;
};

/** An address or hash short enough for a table: `0x1234…cdef`. */
export const shortHex = (hex: string): string => (hex.length > 13 ? `${hex.slice(0, 6)}…${hex.slice(-4)}` : hex);

/** A peer id short enough for a line: `16Uiu2HA…7kQ2pX`. */
export const shortPeerId = (peerId: string): string =>
  peerId.length > 20 ? `${peerId.slice(0, 8)}…${peerId.slice(-6)}` : peerId;

const UNITS = [
  { name: "d", seconds: 86_400 },
  { name: "h", seconds: 3_600 },
  { name: "min", seconds: 60 },
  { name: "s", seconds: 1 },
] as const;

/** A length of time in its largest whole unit: `45 s`, `12 min`, `3 h`, `2 d`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const unit = UNITS.find((candidate) => whole >= candidate.seconds) ?? { name: "s", seconds: 1 };
  return `${Math.floor(whole / unit.seconds)} ${unit.name}`;
}

/** Time that is left, in its two largest units: `1 d 4 h`, `11 h 42 min`, `41 min 9 s`, `12 s`. */
export function formatCountdown(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex((candidate) => whole >= candidate.seconds);
  const [unit, next] = [UNITS[first] ?? { name: "s", seconds: 1 }, UNITS[first + 1]];
  if (first === -1 || next === undefined) return formatDuration(whole);
  return `${formatDuration(whole)} ${Math.floor((whole % unit.seconds) / next.seconds)} ${next.name}`;
}

/** When something happened, seen from now: `12 s ago`, `in 3 h`. Clocks that differ by seconds read as `just now`. */
export function formatRelative(atSeconds: number, nowSeconds: number): string {
  const elapsed = nowSeconds - atSeconds;
  if (Math.abs(elapsed) < 2) return "just now";
  return elapsed > 0 ? `${formatDuration(elapsed)} ago` : `in ${formatDuration(-elapsed)}`;
}

/** A moment to the second, the same everywhere: `2026-03-01 14:05:09 UTC`. */
export const formatMoment = (seconds: number): string => utcText(seconds, "second");

/** A moment to the minute: `2026-03-01 14:05 UTC`. */
export const formatMinute = (seconds: number): string => utcText(seconds, "minute");

/** The day of a moment: `1 Mar 2026`. */
export const formatDay = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });

/** The hour and minute of a moment, in UTC: `14:05`. */
export const formatClock = (seconds: number): string => /\d\d:\d\d(?= UTC$)/.exec(formatMinute(seconds))?.[0] ?? "—";
