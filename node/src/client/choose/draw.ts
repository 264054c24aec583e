/** Choices by chance. */
import { CHOICE } from "@lloom/protocol/reputation/choice-rule";

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
 *
 * The middle is found without sorting, which would take milliseconds for ten thousand.
 */
export function drawByStake<T extends Staked>(items: readonly T[], random: () => number): T | undefined {
  const dear = CHOICE.dearFactor * middleCost(items);
  const chanceOf = ({ stake, cost }: Staked): number => Math.max(stake, 1) * (cost > dear ? (dear / cost) ** 2 : 1);
  let whole = 0;
  for (const item of items) whole += chanceOf(item);
  let left = random() * whole;
  for (const item of items) {
    left -= chanceOf(item);
    if (left < 0) return item;
  }
  return items.at(-1);
}

/** What is asked below which lies half of the stake. Each turn keeps the side in which the middle lies. */
function middleCost(items: readonly Staked[]): number {
  const costs = items.map(({ cost }) => cost);
  const stakes = items.map(({ stake }) => Math.max(stake, 1));
  let wanted = stakes.reduce((sum, stake) => sum + stake, 0) / 2;
  let [from, to] = [0, costs.length];
  while (to - from > 1) {
    // Drawn, so that nobody can place prices to make this slow; what is found does not depend on it.
    const pivot = at(costs, from + Math.floor(Math.random() * (to - from)));
    const { equal, above, stakeBelow, stakeEqual } = part(costs, stakes, { from, to, pivot });
    if (wanted < stakeBelow) {
      to = equal;
      continue;
    }
    if (wanted < stakeBelow + stakeEqual || above === to) return pivot;
    wanted -= stakeBelow + stakeEqual;
    from = above;
  }
  return costs[from] ?? 0;
}

/** Moves what is below the pivot to the front and what is above it to the back; says where the parts begin, and what is at stake in them. */
function part(
  costs: number[],
  stakes: number[],
  { from, to, pivot }: { readonly from: number; readonly to: number; readonly pivot: number },
) {
  let [equal, next, above, stakeBelow, stakeEqual] = [from, from, to, 0, 0];
  const swap = (one: number, other: number): void => {
    const [cost, stake] = [at(costs, one), at(stakes, one)];
    costs[one] = at(costs, other);
    stakes[one] = at(stakes, other);
    costs[other] = cost;
    stakes[other] = stake;
  };
  while (next < above) {
    const cost = at(costs, next);
    if (cost < pivot) {
      stakeBelow += at(stakes, next);
      swap(equal, next);
      equal += 1;
      next += 1;
    } else if (cost > pivot) {
      above -= 1;
      swap(next, above);
    } else {
      stakeEqual += at(stakes, next);
      next += 1;
    }
  }
  return { equal, above, stakeBelow, stakeEqual };
}

/** An element that is there. */
const at = (values: readonly number[], index: number): number => values[index] ?? 0;
