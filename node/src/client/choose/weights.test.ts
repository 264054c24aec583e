import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { candidate } from "../../../../test/support/candidate.ts";
import type { Candidate } from "./choose.ts";
import { UNKNOWN_HEALTH } from "./executor-health.ts";
import { isOfWeights, shownWeights, weightsOnSale } from "./weights.ts";

const SEED = Number(process.env["SEED"] ?? 23);
const hash = (digit: number | string): Hex => `0x${String(digit).repeat(64).slice(0, 64)}`;
const selling = (index: number, weightsHash: Hex, known: Partial<Candidate> = {}): Candidate => {
  const one = candidate({ index }, known);
  return { ...one, signed: { ...one.signed, offer: { ...one.signed.offer, weightsHash } } };
};
const [HONEST, OTHER] = [hash(1), hash(2)];
const names = (candidates: readonly Candidate[], inUse?: Hex) => weightsOnSale(candidates, inUse)[0]?.hash;

it(`no coalition with less stake than honest sellers have makes a name its own, by whatever it splits (seed ${SEED})`, () => {
  const random = seeded(SEED);
  for (let game = 0; game < 2_000; game++) {
    const honest = Array.from({ length: 1 + random.below(5) }, (_, index) =>
      selling(index, HONEST, { stake: 100, health: { ...UNKNOWN_HEALTH, answers: random.below(2), failures: 0 } }),
    );
    let left = honest.length * 100 - 1;
    const coalition: Candidate[] = [];
    while (left > 0) {
      const stake = 1 + random.below(left);
      left -= stake;
      const weights = random.below(3) === 0 ? hash(3) : OTHER;
      coalition.push(selling(100 + coalition.length, weights, { stake, reputation: { trust: 1, grade: "A" } }));
    }
    const all = [...coalition, ...honest];
    expect(names(all), `game ${game}`).toBe(HONEST);
    expect(names(all, hash(9))).toBe(HONEST);
  }
});

it("a coalition with more stake has the name, but neither what is in use already nor with stake of who was found out or only fails", () => {
  const honest = selling(1, HONEST, { stake: 100 });
  const rich = (known: Partial<Candidate> = {}) => [selling(2, OTHER, { stake: 1_000, ...known }), honest];
  expect(names(rich())).toBe(OTHER);
  expect(names(rich(), HONEST)).toBe(HONEST);
  expect(names(rich({ hasCheated: true }))).toBe(HONEST);
  expect(names(rich({ reputation: { trust: 0, grade: "C", report: "computed" } }))).toBe(HONEST);
  expect(names(rich({ reputation: { trust: 0, grade: "C", report: "told" } }))).toBe(OTHER);
  expect(names(rich({ health: { ...UNKNOWN_HEALTH, failures: 1 } }))).toBe(HONEST);
  expect(names(rich({ health: { ...UNKNOWN_HEALTH, answers: 9, failures: 1 } }))).toBe(OTHER);
  expect(names([selling(2, OTHER, { stake: 0 })], HONEST)).toBe(OTHER);
});

it("tells all weights of a name with the stake behind them", () => {
  const sold = weightsOnSale([
    selling(1, HONEST),
    selling(2, OTHER, { stake: 150 }),
    selling(3, HONEST, { stake: undefined }),
  ]);
  expect(sold).toEqual([
    { hash: OTHER, executors: 1, stake: 150, counted: 150 },
    { hash: HONEST, executors: 2, stake: 100, counted: 100 },
  ]);
});

it("a name stands for the weights with more stake behind them, else with more sellers, else with the lower hash", () => {
  const order = (...candidates: readonly Candidate[]) => weightsOnSale(candidates).map((sold) => sold.hash);
  const failed = { ...UNKNOWN_HEALTH, failures: 1 };
  const poor = { stake: 0, health: failed };
  expect(order(selling(1, HONEST, poor), selling(2, OTHER, { stake: 5, health: failed }))).toEqual([OTHER, HONEST]);
  expect(order(selling(1, OTHER, { stake: 5, health: failed }), selling(2, HONEST, poor))).toEqual([OTHER, HONEST]);
  const twice = [selling(1, OTHER, poor), selling(2, OTHER, poor)];
  expect(order(selling(3, HONEST, poor), ...twice)).toEqual([OTHER, HONEST]);
  expect(order(...twice, selling(3, HONEST, poor))).toEqual([OTHER, HONEST]);
  const three = [hash(3), HONEST, OTHER].map((one, index) => selling(index, one, poor));
  for (const shuffled of [three, three.toReversed()]) expect(order(...shuffled)).toEqual([HONEST, OTHER, hash(3)]);
  // What is in use stays so only while somebody who counts sells it.
  expect(names([selling(1, OTHER, poor), selling(2, HONEST, poor)], OTHER)).toBe(HONEST);
});

it("weights that nobody names are asked for by no digits, and have no name", () => {
  expect(isOfWeights(hash("0"), "00000000")).toBe(false);
  const rising = hash("0123456789abcdef");
  expect([isOfWeights(rising, "01234567"), isOfWeights(rising, "89abcdef")]).toEqual([true, false]);
  expect(shownWeights(hash("0"))).toBeUndefined();
  expect(shownWeights(hash("ab"))).toBe(`sha256:${"ab".repeat(32)}`);
});
