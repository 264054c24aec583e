import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { epochAt, epochSeed, isAssigned } from "./audit-assignments.ts";

describe("isAssigned", () => {
  it("assigns once in the odds (seed 9)", () => {
    const random = seeded(9);
    const draws = 4_096;
    for (const odds of [1n, 2n, 3n, 16n]) {
      const draw = { seed: random.hash(), preimage: random.hash(), odds };
      let hits = 0;
      for (let i = 0; i < draws; i++) if (isAssigned({ ...draw, executor: random.address() })) hits++;
      const chance = 1 / Number(odds);
      const deviation = Math.sqrt(draws * chance * (1 - chance));
      expect(Math.abs(hits - draws * chance)).toBeLessThanOrEqual(5 * deviation);
    }
  });

  it("refuses odds below one", () => {
    const random = seeded(10);
    const draw = { seed: random.hash(), preimage: random.hash(), executor: random.address(), odds: 0n };
    expect(() => isAssigned(draw)).toThrow("odds of an assignment are 1 or more");
  });
});

describe("epochSeed", () => {
  const random = seeded(11);
  const source = { chainId: 1n, audits: random.address(), epoch: 7n, prevRandao: random.hash() };

  it("refuses what no word can hold", () => {
    expect(epochSeed({ ...source, epoch: 0n, chainId: 2n ** 256n - 1n })).toMatch(/^0x[0-9a-f]{64}$/);
    expect(() => epochSeed({ ...source, epoch: -1n })).toThrow("Not an unsigned 256-bit integer");
    expect(() => epochSeed({ ...source, chainId: 2n ** 256n })).toThrow("Not an unsigned 256-bit integer");
    expect(() => epochSeed({ ...source, prevRandao: `0x${"00".repeat(33)}` })).toThrow("Longer than a word");
  });
});

describe("epochAt", () => {
  it("has its first second and not that of the next epoch", () => {
    expect([7_199n, 7_200n, 10_799n].map((time) => epochAt(time, 3_600n))).toEqual([1n, 2n, 2n]);
  });
});
