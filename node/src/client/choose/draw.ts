/** Choices by chance. */
import { DEAR_FACTOR } from "./price.ts";

/** One of the items, each as likely; `undefined` when there is none. */
export const draw = <T>(items: readonly T[], random: () => number): T | undefined =>
  items[Math.min(Math.floor(random() * items.length), items.length - 1)];

/** Something with a stake behind it and a price on it. */
export interface Staked {
  /** Base units; nothing at all counts as the least. */
  readonly stake: number;
  readonly cost: number;
}

/**
 * One of the items, each as likely as its stake, so that keys without money weigh nothing; less likely where it asks far more
 * than the middle of all the stake does.
 */
export function drawByStake<T extends Staked>(items: readonly T[], random: () => number): T | undefined {
  const dear = DEAR_FACTOR * middleCost(items);
  const chanceOf = ({ stake, cost }: Staked): number => Math.max(stake, 1) * (cost > dear ? (dear / cost) ** 2 : 1);
  return atShare(items, chanceOf, random());
}

/** What the item asks below which lies half of the stake. */
function middleCost(items: readonly Staked[]): number {
  const byCost = [...items].sort((a, b) => a.cost - b.cost);
  return atShare(byCost, ({ stake }) => Math.max(stake, 1), 0.5)?.cost ?? 0;
}

/** The item at which the sum of weights passes a share of the whole, from 0 to below 1. */
function atShare<T>(items: readonly T[], weightOf: (item: T) => number, share: number): T | undefined {
  let left = share * items.reduce((sum, item) => sum + weightOf(item), 0);
  for (const item of items) {
    left -= weightOf(item);
    if (left < 0) return item;
  }
  return items.at(-1);
}
