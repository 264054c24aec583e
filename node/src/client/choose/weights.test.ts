import type { Hex } from "@lloom/protocol/commitment-types";
import { expect, it } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { candidate } from "../../../../test/support/candidate.ts";
import type { Candidate } from "./choose.ts";
import { UNKNOWN_HEALTH } from "./executor-health.ts";
import { isOfWeights, weightsOnSale } from "./weights.ts";

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

it("weights that nobody names are asked for by no digits", () => {
  expect(isOfWeights(hash("0"), "00000000")).toBe(false);
  expect([isOfWeights(hash("ab"), "abababab"), isOfWeights(hash("ab"), "babababa")]).toEqual([true, false]);
});
