/**
 * How far an executor's trace lies from what a reference with the offered weights computes over the same text. All figures are
 * thousandths of a nat.
 */
import { leadOf, type ScoredPlace, scoreOf, topOf, type WrittenLeaf } from "./scored-place.ts";

/** A place counts at most so much, so that one strange place decides nothing alone. */
export const MOST_DISTANCE = 5000;

/** What the compared places of one answer show. */
export interface TraceFigures {
  /** Mean over the places of how far the likeliest ten are off, by their median. */
  readonly distance: number;
  /** The most by which the lead of the reference's likeliest over its next differs from the executor's. */
  readonly leadShift: number;
}

/** Compares leaf and score at each of the places. Without any place both are 0. */
export function compareTrace(
  leaves: readonly WrittenLeaf[],
  places: readonly ScoredPlace[],
  checked: readonly number[],
): TraceFigures {
  let [sum, leadShift] = [0, 0];
  for (const index of checked) {
    const [leaf, place] = [leaves[index], places[index]];
    if (leaf === undefined || place === undefined) continue;
    sum += distanceAt(leaf, place);
    leadShift = Math.max(leadShift, shiftAt(leaf, place));
  }
  return { distance: checked.length === 0 ? 0 : sum / checked.length, leadShift };
}

/** The distance over all places, which nobody can choose some of, and how many they are. */
export function wholeDistance(
  leaves: readonly WrittenLeaf[],
  places: readonly ScoredPlace[],
): { readonly whole: number; readonly places: number } {
  const all = [...leaves.keys()];
  return { whole: compareTrace(leaves, places, all).distance, places: all.length };
}

/** Median of the differences: a few far tokens, whose probabilities nobody can tell apart from nothing, do not count. */
function distanceAt({ likeliest }: WrittenLeaf, place: ScoredPlace): number {
  const differences = likeliest
    .map(({ token, logprob }) => Math.abs(logprob - scoreOf(place, token)))
    .sort((a, b) => a - b);
  return Math.min(MOST_DISTANCE, differences[differences.length >> 1] ?? MOST_DISTANCE);
}

/** Nothing is compared where the executor does not tell both tokens: there the distance tells more. */
function shiftAt({ likeliest }: WrittenLeaf, place: ScoredPlace): number {
  const [first, second] = place.keys();
  const told = (token: number | undefined): number | undefined =>
    likeliest.find((other) => other.token === token)?.logprob;
  const [one, other] = [told(first), told(second)];
  if (one === undefined || other === undefined) return 0;
  return Math.min(MOST_DISTANCE, Math.abs(one - other - leadOf(place)));
}

/**
 * For an answer at temperature 0: the most by which the reference prefers another token to the one that was written. An honest
 * executor takes the likeliest, so that only what moves last bits makes it choose another, where the two are nearly alike.
 * It needs no trace but the tokens: it finds text that other weights wrote and the right ones scored.
 */
export function greedyGap(tokens: readonly number[], places: readonly ScoredPlace[]): number {
  const gaps = tokens.map((token, index) => {
    const place = places[index] ?? new Map();
    return topOf(place) - scoreOf(place, token);
  });
  return Math.min(MOST_DISTANCE, Math.max(0, ...gaps));
}
