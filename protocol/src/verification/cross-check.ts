/**
 * The same question at several executors that offer the same weights, for who has no reference: at temperature 0 their traces
 * agree as far as their texts do. Who differs from all the others, while these agree, is the odd one.
 */

import type { ScoredPlace, WrittenLeaf } from "./scored-place.ts";
import { compareTrace } from "./trace-distance.ts";

/** Fewest answers of which one can be the odd one. */
export const LEAST_CROSS = 3;

/**
 * Indices of the answers that more than half of the others contradict, while more than half of all agree with each other.
 * Empty if nobody can be told from anybody. `bound` is the largest distance between honest nodes.
 */
export function oddOnes(answers: readonly (readonly WrittenLeaf[])[], bound: number): number[] {
  if (answers.length < LEAST_CROSS) return [];
  const agrees = answers.map((one, at) =>
    answers.map((other, beside) => at === beside || traceBetween(one, other) <= bound),
  );
  const supporters = agrees.map((row) => row.filter(Boolean).length);
  const isMajority = (count: number): boolean => count * 2 > answers.length;
  if (!supporters.some(isMajority)) return [];
  return [...supporters.keys()].filter((at) => !isMajority(supporters[at] ?? 0));
}

/** Distance of two traces over the places before which both wrote the same. */
function traceBetween(one: readonly WrittenLeaf[], other: readonly WrittenLeaf[]): number {
  const shared = one.findIndex((leaf, at) => leaf.token !== other[at]?.token);
  const length = Math.min(shared < 0 ? one.length : shared + 1, other.length);
  const places = other.slice(0, length).map(asPlace);
  return compareTrace(one, places, [...places.keys()]).distance;
}

const asPlace = ({ likeliest }: WrittenLeaf): ScoredPlace =>
  new Map(likeliest.map(({ token, logprob }) => [token, logprob]));
