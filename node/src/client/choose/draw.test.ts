import { afterEach, describe, expect, it, vi } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { draw, drawByStake, type Staked } from "./draw.ts";

describe("a draw", () => {
  it("gives every item the same part of chance", () => {
    const at = (share: number) => draw(["a", "b", "c", "d"], () => share);
    expect([0, 0.24, 0.25, 0.5, 0.75, 0.99].map(at)).toEqual(["a", "a", "b", "c", "d", "d"]);
    expect(at(1)).toBe("d");
  });

  it("of nothing is nothing", () => {
    expect(draw([], () => 0)).toBeUndefined();
    expect(drawByStake([], () => 0)).toBeUndefined();
  });
});

afterEach(() => vi.restoreAllMocks());

/** The same by its definition: the middle is what is asked below which at most half of the stake lies, and above which less. */
function drawnBySorting(items: readonly Staked[], share: number): number {
  const stakeOf = ({ stake }: Staked): number => Math.max(stake, 1);
  const sum = (some: readonly number[]): number => some.reduce((all, one) => all + one, 0);
  const half = sum(items.map(stakeOf)) / 2;
  const stakeUpTo = (most: number): number => sum(items.filter(({ cost }) => cost <= most).map(stakeOf));
  const middle = Math.min(...items.map(({ cost }) => cost).filter((cost) => stakeUpTo(cost) > half));
  const chances = items.map((item) => stakeOf(item) * Math.min(1, (2 * middle) / item.cost) ** 2);
  return chances.findIndex((_, index) => sum(chances.slice(0, index + 1)) > share * sum(chances));
}

describe("a draw by stake", () => {
  const at = (items: readonly Staked[], share: number) => items.indexOf(drawByStake(items, () => share) as Staked);

  it("gives every item the part that its stake is of the whole, and no stake at all the least", () => {
    const items = [
      { stake: 0, cost: 10 },
      { stake: 2, cost: 10 },
      { stake: 5, cost: 10 },
    ];
    expect([0, 0.124, 0.125, 0.374, 0.375, 0.99, 1].map((share) => at(items, share))).toEqual([0, 0, 1, 1, 2, 2, 2]);
  });

  it("weighs an item less by the square of what it asks above twice the middle of all stake", () => {
    const usual = { stake: 3, cost: 10 };
    const dear = { stake: 1, cost: 100 };
    // The dear one counts as 1 * (20 / 100)², of 3.04 in all.
    expect([0.9868, 0.9869].map((share) => at([usual, dear], share))).toEqual([0, 1]);
    expect([0.0131, 0.0132].map((share) => at([dear, usual], share))).toEqual([0, 1]);
    const twice = { stake: 1, cost: 20 };
    expect([0.749, 0.751].map((share) => at([usual, twice], share))).toEqual([0, 1]);
  });

  it("finds the middle by price, in whatever order the items come", () => {
    const items = [
      { stake: 3, cost: 100 },
      { stake: 1, cost: 1 },
      { stake: 3, cost: 10 },
    ];
    // The middle asks 10, so that only the first is dear: 0.12, 1 and 3 of 4.12.
    expect([0.02, 0.2, 0.3].map((share) => at(items, share))).toEqual([0, 1, 2]);
  });

  it("does not depend on where it begins to look for the middle (seed 29)", () => {
    const random = seeded(29);
    for (let round = 0; round < 300; round++) {
      const items = Array.from({ length: 1 + random.below(8) }, () => ({
        stake: random.below(4),
        cost: 4 ** random.below(4),
      }));
      const share = random.below(1_000_000) / 1_000_000;
      for (const place of [0, 0.5, 0.99]) {
        vi.spyOn(Math, "random").mockReturnValue(place);
        expect(at(items, share), JSON.stringify({ items, share, place })).toBe(drawnBySorting(items, share));
      }
    }
  });

  it("has a middle also where stakes are so large that their sums are rounded", () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const items = [
      { stake: 2 ** 53, cost: 1_000 },
      { stake: 1, cost: 3 },
      { stake: 1, cost: 2 },
      { stake: 2 ** 53, cost: 1 },
    ];
    // The middle asks 3 at most, so that the first is dear.
    expect([0.00001, 0.1, 0.9].map((share) => at(items, share))).toEqual([0, 3, 3]);
  });

  it("takes the middle by stake and not by number: many keys without money do not make others dear (seed 5)", () => {
    const random = seeded(5);
    const crowd = Array.from({ length: 100 }, () => ({ stake: 0, cost: 1 }));
    const honest = { stake: 1_000, cost: 100 };
    const draws = Array.from({ length: 500 }, () =>
      drawByStake([...crowd, honest], () => random.below(10_000) / 10_000),
    );
    expect(draws.filter((one) => one === honest).length).toBeGreaterThan(425);
  });
});
