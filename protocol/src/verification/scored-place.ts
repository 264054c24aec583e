/** How a reference model scores a text that somebody else wrote. */
import type { TraceLeaf } from "../trace.ts";

/** At one place: log probabilities of the likeliest tokens by id, thousandths of a nat and not rounded, the likeliest first. */
export type ScoredPlace = ReadonlyMap<number, number>;

/** A leaf of an answer's trace whose token is known by id. */
export interface WrittenLeaf extends TraceLeaf {
  readonly token: number;
  readonly likeliest: readonly { readonly token: number; readonly logprob: number }[];
}

/** Whether a leaf names its tokens by id, as it must to be compared with a reference's. */
export const hasIds = (leaf: TraceLeaf): leaf is WrittenLeaf =>
  [leaf, ...leaf.likeliest].every(({ token }) => typeof token === "number");

/** Log probability of a token; of one that is not among the likeliest that of the last of them, which is no less. */
export function scoreOf(place: ScoredPlace, token: number): number {
  return place.get(token) ?? lastOf(place);
}

/** The likeliest token's log probability. */
export const topOf = (place: ScoredPlace): number => place.values().next().value ?? Number.NEGATIVE_INFINITY;

/** How far the likeliest token is ahead of the next, thousandths of a nat. */
export function leadOf(place: ScoredPlace): number {
  const [first = 0, second = Number.NEGATIVE_INFINITY] = place.values();
  return first - second;
}

function lastOf(place: ScoredPlace): number {
  let last = Number.NEGATIVE_INFINITY;
  for (const logprob of place.values()) last = logprob;
  return last;
}
