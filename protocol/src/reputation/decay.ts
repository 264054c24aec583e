/**
 * Evidence that ages without being touched. A sum is kept as if all of it had happened at the start of a half-life, counted
 * from the Unix epoch: younger evidence is added with more weight (below twice), and a new half-life halves everything,
 * which is a shift. Shifts compose exactly, so that it makes no difference when, how often or whether at all a sum is
 * brought up to date; only reading it rounds. A table of decays, applied one after the other, would round at each.
 */
import { growthDown, ratioDown, timesDown } from "./fixed-point.ts";
import { REPUTATION } from "./parameters.ts";

const { halfLifeSeconds } = REPUTATION;

/** More than any deployment of epochs of a minute or more needs in a half-life. */
const MOST_REMEMBERED = 32_768;
const growths = new Map<bigint, bigint>();

/** What one unit of evidence at this second weighs at the start of its half-life: 2^(seconds into it / its length), Q64. */
function growthAt(seconds: bigint): bigint {
  const within = seconds % halfLifeSeconds;
  const known = growths.get(within);
  if (known !== undefined) return known;
  const growth = growthDown(within, halfLifeSeconds);
  if (growths.size >= MOST_REMEMBERED) growths.clear();
  growths.set(within, growth);
  return growth;
}

/** Number of the half-life that a second lies in. */
export const periodAt = (seconds: bigint): bigint => seconds / halfLifeSeconds;

/** A sum in the units of a half-life so many later. */
export const aged = (sum: bigint, halvings: bigint): bigint => sum >> halvings;

/** What something of `weight`, a Q64, that happened at `seconds` adds to a sum that is kept for `period`, or a later one. */
export const weightIn = (weight: bigint, { period, seconds }: { readonly period: bigint; readonly seconds: bigint }) =>
  aged(timesDown(weight, growthAt(seconds)), period - periodAt(seconds));

/** What is left at `seconds` of a sum that is kept for `period`, Q64, rounded down. */
export const leftAt = (sum: bigint, { period, seconds }: { readonly period: bigint; readonly seconds: bigint }) =>
  ratioDown(aged(sum, periodAt(seconds) - period), growthAt(seconds));
