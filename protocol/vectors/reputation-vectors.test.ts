import { AbiCoder } from "ethers";
import { describe, expect, it } from "vitest";
import { reputationVectors } from "./reputation.ts";
import { rootByDefinition } from "./root-by-definition.ts";

describe("reputation.json", () => {
  const { arithmetic, histories, wrong, rules } = reputationVectors();
  const Q64 = 2 ** 64;

  it("has the arithmetic of floats, as far as they go", () => {
    for (const { value, root } of arithmetic.roots)
      expect(Number(root) / Q64).toBeCloseTo(Math.sqrt(Number(value) / Q64), 15);
    for (const { seconds, growth } of arithmetic.growths)
      expect(Number(growth) / Q64).toBeCloseTo(2 ** (Number(seconds) / 1_209_600), 14);
    for (const { value, minusLog2 } of arithmetic.logarithms)
      expect(Number(minusLog2) / 2 ** 128).toBeCloseTo(-Math.log2(Number(value) / Q64), 12);
    for (const { exponent, power } of arithmetic.powers)
      expect(Number(power) / Q64).toBeCloseTo(2 ** (-Number(exponent) / 2 ** 128), 15);
    for (const { stake, factor } of arithmetic.stakes)
      expect(Number(factor) / Q64).toBeCloseTo(1 - Math.exp(-Number(stake) / 300_000_000), 15);
  });

  /** The formula from the events themselves, in floats: every audit by its age, and the share by halving an interval. */
  function inFloats(events: (typeof histories)[number]["events"], executor: string, epoch: number) {
    const left = (seconds: number): number => 2 ** ((seconds - epoch * 3_600) / 1_209_600);
    const found = new Map<string, { passed: number; against: number }>();
    let [stake, strikes, struckAt, receipts] = [0, 0, 0, 0];
    for (const event of events.filter((each) => each.executor === executor)) {
      if (event.kind === "stake") stake = Number(event.stake);
      if (event.kind === "audit") {
        const row = found.get(event.validator) ?? { passed: 0, against: 0 };
        found.set(event.validator, row);
        const weight = left(Number(event.epoch) * 3_600);
        if (event.outcome === "passed") row.passed += weight;
        row.against += { failed: 5, unanswered: 1, passed: 0, inconclusive: 0, Unknown: 0 }[event.outcome] * weight;
      }
      const seconds = Number(event.seconds);
      if (event.kind === "strike") {
        strikes = Math.min(strikes * 2 ** ((struckAt - seconds) / 1_209_600) + Number(event.halves) / 2, 3);
        struckAt = seconds;
      }
      // In these histories a channel always has had enough for what was acknowledged.
      if (event.kind === "settlement") receipts += (Number(event.acknowledged) / 100_000) * left(seconds);
    }
    const rows = [...found.values()];
    const pull = (share: number): number =>
      rows.reduce(
        (sum, { passed, against }) => sum + Math.max(-1, Math.min(1, passed * (1 - share) - against * share)),
        1 - share - 2 * share,
      );
    let [low, high] = [0, 1];
    for (let bit = 0; bit < 60; bit++)
      [low, high] = pull((low + high) / 2) >= 0 ? [(low + high) / 2, high] : [low, (low + high) / 2];
    const passed = rows.reduce((sum, row) => sum + row.passed, 0);
    const good = 1 + passed + Math.min(passed, receipts);
    const lower = Math.max(0, low * (1 - 1.64 * Math.sqrt((1 - low) / (good + low))));
    const struck = strikes * left(struckAt);
    return { lower, trust: lower ** 0.85 * (1 - Math.exp(-stake / 300_000_000)) ** 0.15 * 2 ** -struck };
  }

  it.each(histories)("has floats' standings of $name", ({ events, standings }) => {
    for (const { executor, epoch, lower, trust } of standings) {
      const expected = inFloats(events, executor, Number(epoch));
      expect(Number(lower) / Q64).toBeCloseTo(expected.lower, 10);
      expect(Number(trust) / Q64).toBeCloseTo(expected.trust, 10);
    }
  });

  it.each(histories)("has ABI-encoded leaves and the root of $name", ({ standings, root: stated }) => {
    const leaves = standings.map(({ executor, ...standing }) => {
      const { epoch, stake, passed, failed, unanswered, receipts, strikes, lower, trust } = standing;
      const words = [epoch, stake, passed, failed, unanswered, receipts, strikes, lower, trust];
      return AbiCoder.defaultAbiCoder().encode(["address", ...words.map(() => "uint256")], [executor, ...words]);
    });
    expect(standings.map(({ leaf }) => leaf)).toEqual(leaves);
    expect(stated).toBe(rootByDefinition(leaves));
  });

  it("has wrong roots that are all different from the right one and from each other", () => {
    const right = histories.find(({ name }) => name === wrong[0]?.of)?.root;
    expect(new Set([right, ...wrong.map(({ root }) => root)]).size).toBe(1 + wrong.length);
    expect(rules).toEqual({ epochSeconds: 3_600n, minimumStake: 100_000_000n });
  });
});
