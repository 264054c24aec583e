import { formatAmount } from "@lloom/protocol/amounts";
import { utcText } from "@lloom/protocol/utc-text";

const MINUTE = 60n;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;

/** So many things: "1 peer", "2 peers"; those whose plural is no "s" more give it. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** How long: in two units at most, rounded up, so that nobody comes too early. */
export function shownDuration(seconds: bigint): string {
  const minutes = (seconds + MINUTE - 1n) / MINUTE;
  if (minutes <= 0n) return "no time";
  const inMinutes = minutes * MINUTE;
  const parts = [
    { count: inMinutes / DAY, unit: "d" },
    { count: (inMinutes % DAY) / HOUR, unit: "h" },
    { count: (inMinutes % HOUR) / MINUTE, unit: "min" },
  ];
  const first = parts.findIndex(({ count }) => count > 0n);
  return parts
    .slice(first, first + 2)
    .filter(({ count }) => count > 0n)
    .map(({ count, unit }) => `${count} ${unit}`)
    .join(" ");
}

/** A moment of the chain's clock: "2026-11-30 00:00 UTC". Unix seconds. */
export function shownDate(atSeconds: bigint): string {
  const whole = ((atSeconds + MINUTE - 1n) / MINUTE) * MINUTE;
  return utcText(whole, "minute");
}

/** A moment of the chain's clock, and how far it is: "2026-11-30 00:00 UTC, in 23 h 59 min". Unix seconds. */
export function shownMoment(atSeconds: bigint, nowSeconds: bigint): string {
  // A moment within a minute is told as the next whole one.
  const date = shownDate(atSeconds);
  return atSeconds <= nowSeconds ? `${date}, now` : `${date}, in ${shownDuration(atSeconds - nowSeconds)}`;
}

const ETHER_DECIMALS = 18;
/** Digits of a cost that tell people anything. */
const COST_DIGITS = 3;

export const shownEther = (wei: bigint): string => `${formatAmount(wei, ETHER_DECIMALS)} ETH`;

/** A cost in ether, rounded up to three digits: 0.000123 ETH. */
export function shownCost(wei: bigint): string {
  const spare = 10n ** BigInt(Math.max(0, wei.toString().length - COST_DIGITS));
  return shownEther(((wei + spare - 1n) / spare) * spare);
}

/** Label and value of a line. */
export type Fact = readonly [label: string, value: string];

/** Lines with their values below each other. */
export function factLines(facts: readonly Fact[]): string[] {
  const width = Math.max(0, ...facts.map(([label]) => label.length));
  return facts.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
}
