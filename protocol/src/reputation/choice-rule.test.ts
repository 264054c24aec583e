import { describe, expect, it } from "vitest";
import { stakeRegistryFacts } from "../generated/facts.ts";
import { CHOICE, FRAUDS, reputationFactor } from "./choice-rule.ts";

const told = (trust: number, grade: "A" | "B" | "C" | "newcomer" = "B") => ({ trust, grade });

describe("what a reputation makes of a price", () => {
  it("is nothing for whoever is unknown, and for a newcomer whatever its figure", () => {
    expect(reputationFactor(undefined, 0)).toBe(1);
    expect([0, 0.2, 0.9].map((trust) => reputationFactor(told(trust, "newcomer"), 0))).toEqual([1, 1, 1]);
  });

  it("falls with trust, and never leaves its bounds", () => {
    const factors = [0, 0.1, 0.4, 0.5, 0.6, 0.9, 1].map((trust) => reputationFactor(told(trust), 0));
    expect(factors.toSorted((a, b) => b - a)).toEqual(factors);
    expect([factors[0], factors[3], factors.at(-1)]).toEqual([CHOICE.mostPriceFactor, 1, 1 / CHOICE.mostPriceFactor]);
  });

  it("comes nearer to nothing with every own answer", () => {
    const factors = [0, 1, 3, 100].map((answers) => reputationFactor(told(0), answers));
    expect(factors[0]).toBe(CHOICE.mostPriceFactor);
    expect(factors.toSorted((a, b) => b - a)).toEqual(factors);
    expect(factors.at(-1)).toBeLessThan(1.005);
  });
});

it("counts as frauds what the contract calls so", () => {
  expect(FRAUDS.map((fraud) => stakeRegistryFacts.Offence.indexOf(fraud))).toEqual([3, 4]);
});
