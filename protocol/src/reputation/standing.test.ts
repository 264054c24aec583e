import { describe, expect, it } from "vitest";
import { type Seeded, seeded } from "../../test/seeded.ts";
import { ONE, toNumber } from "./fixed-point.ts";
import { REPUTATION, type ReputationRules } from "./parameters.ts";
import type { AuditorRow, ExecutorRow } from "./rows.ts";
import { isReported, standingOf } from "./standing.ts";

const RULES: ReputationRules = { epochSeconds: 3_600n, minimumStake: 100_000_000n };
/** A half-life begins with this epoch: sums count as they are. */
const PERIOD = 1_484n;
const EPOCH = (PERIOD * REPUTATION.halfLifeSeconds) / RULES.epochSeconds;

const auditor = (passed: number, failed = 0, unanswered = 0): AuditorRow => ({
  period: PERIOD,
  passed: (BigInt(Math.round(passed * 1_000)) * ONE) / 1_000n,
  failed: (BigInt(Math.round(failed * 1_000)) * ONE) / 1_000n,
  unanswered: (BigInt(Math.round(unanswered * 1_000)) * ONE) / 1_000n,
});
const executor = (changed: Partial<ExecutorRow> = {}): ExecutorRow => ({
  registered: true,
  stake: 3n * RULES.minimumStake,
  period: PERIOD,
  receipts: 0n,
  strikes: 0n,
  ...changed,
});
const standing = (auditors: readonly AuditorRow[], changed: Partial<ExecutorRow> = {}) =>
  standingOf(RULES, { executor: executor(changed), auditors }, EPOCH);

/** Up to eight validators with up to twenty audits of each outcome. */
const randomAuditors = (random: Seeded): AuditorRow[] =>
  Array.from({ length: random.below(9) }, () =>
    auditor(random.below(20_000) / 1_000, random.below(4_000) / 1_000, random.below(4_000) / 1_000),
  );

describe("the formula", () => {
  it("is the plain one where no validator stands out", () => {
    const { share, lower, trust } = standing([auditor(3, 0.05, 0.1), auditor(3, 0.05, 0.1), auditor(3, 0.05, 0.1)]);
    const [good, bad] = [1 + 9, 2 + 5 * 0.15 + 0.3];
    const mean = good / (good + bad);
    const bound = mean - 1.64 * Math.sqrt((mean * (1 - mean)) / (good + bad + 1));
    expect(toNumber(share)).toBeCloseTo(mean, 12);
    expect(toNumber(lower)).toBeCloseTo(bound, 12);
    expect(toNumber(trust)).toBeCloseTo(bound ** 0.85 * (1 - Math.exp(-1)) ** 0.15, 12);
  });

  it("halves trust for each strike", () => {
    const all = [auditor(9), auditor(9)];
    const [trust, struck] = [standing(all).trust, standing(all, { strikes: ONE }).trust];
    expect([0n, 1n]).toContain(trust - 2n * struck);
  });

  it("trusts nobody without stake or evidence", () => {
    expect(standing([auditor(9), auditor(9)], { stake: 0n }).trust).toBe(0n);
    expect(standing([]).trust).toBe(0n);
    expect(standingOf(RULES, { executor: undefined, auditors: [] }, EPOCH)).toMatchObject({ stake: 0n, trust: 0n });
  });

  it("says newcomer where others get a grade", () => {
    expect(standing([auditor(7.9)]).grade).toBe("newcomer");
    expect(standing([auditor(4), auditor(4), auditor(4), auditor(4), auditor(4)]).grade).toBe("A");
    expect(standing([auditor(0, 8)]).grade).toBe("C");
    expect(standing([auditor(4, 0, 4)]).grade).not.toBe("newcomer");
  });

  it("grades by trust: A from six tenths, B from four", () => {
    const passed = Array.from({ length: 5 }, () => auditor(3, 0.05, 0.1));
    const grades = [0n, 1n, 2n, 3n].map((halves) => standing(passed, { strikes: (halves * ONE) / 2n }));
    expect(grades.map(({ grade, trust }) => [grade, toNumber(trust).toFixed(2)])).toEqual([
      ["A", "0.66"],
      ["B", "0.47"],
      ["C", "0.33"],
      ["C", "0.23"],
    ]);
  });

  it("has an upper bound as far above as the lower is below, and at most one", () => {
    const { share, lower, upper } = standing([auditor(3, 0.05, 0.1), auditor(3, 0.05, 0.1)]);
    expect(upper - share).toBe(share - lower);
    expect(upper < ONE).toBe(true);
    expect(standing(Array.from({ length: 20 }, () => auditor(20))).upper).toBe(ONE);
  });
});

describe("who is reported", () => {
  it("is who was audited enough and passes less than half of it at the kindest", () => {
    expect(isReported({ grade: "C", upper: ONE / 2n - 1n })).toBe(true);
    for (const upper of [ONE / 2n, (3n * ONE) / 4n, ONE]) expect(isReported({ grade: "C", upper })).toBe(false);
    expect(isReported({ grade: "newcomer", upper: 0n })).toBe(false);
  });
});

describe("bounds and directions, of 400 drawn executors (seed 43)", () => {
  const random = seeded(43);
  const drawn = Array.from({ length: 400 }, () => ({
    auditors: randomAuditors(random),
    changed: {
      stake: BigInt(random.below(10)) * RULES.minimumStake,
      receipts: BigInt(random.below(40)) * ONE,
      strikes: (BigInt(random.below(6)) * ONE) / 2n,
    },
  }));

  it("stay between nothing and one", () => {
    for (const { auditors, changed } of drawn) {
      const { share, lower, upper, trust, stakeFactor } = standing(auditors, changed);
      expect(0n <= trust && lower <= share && share <= upper && upper <= ONE).toBe(true);
      expect(0n <= stakeFactor && stakeFactor <= ONE && trust <= ONE).toBe(true);
    }
  });

  it("never falls by a passed audit, and never rises by a failed or unanswered one", () => {
    for (const { auditors, changed } of drawn) {
      const { trust, lower } = standing(auditors, changed);
      const at = random.below(auditors.length + 1);
      const others = auditors.filter((_, index) => index !== at);
      const { period, passed, failed, unanswered } = auditors[at] ?? auditor(0);
      const up = standing([...others, { period, passed: passed + ONE, failed, unanswered }], changed);
      const down = standing([...others, { period, passed, failed: failed + ONE, unanswered }], changed);
      const away = standing([...others, { period, passed, failed, unanswered: unanswered + ONE }], changed);
      expect(up.trust >= trust && up.lower >= lower).toBe(true);
      for (const worse of [down, away]) expect(worse.trust <= trust && worse.lower <= lower).toBe(true);
    }
  });

  it("never rises by a strike, and never falls by stake", () => {
    for (const { auditors, changed } of drawn) {
      const { trust } = standing(auditors, changed);
      expect(standing(auditors, { ...changed, strikes: changed.strikes + ONE / 2n }).trust <= trust).toBe(true);
      expect(standing(auditors, { ...changed, stake: changed.stake + 1n }).trust >= trust).toBe(true);
    }
  });

  it("does not depend on the order of validators", () => {
    for (const { auditors, changed } of drawn)
      expect(standing([...auditors].reverse(), changed)).toEqual(standing(auditors, changed));
  });

  it("lets receipts double passed audits at most, and move the share by nothing", () => {
    for (const { auditors, changed } of drawn) {
      const without = standing(auditors, { ...changed, receipts: 0n });
      const doubled = standing(auditors, { ...changed, receipts: without.passed });
      const endless = standing(auditors, { ...changed, receipts: 10n ** 30n });
      const { receipts: _, ...results } = endless;
      expect(doubled).toEqual({ ...results, receipts: without.passed });
      expect(endless.share).toBe(without.share);
      // Where there is a lower bound and an audit was passed, they narrow the interval.
      if (without.lower > 0n) expect(endless.lower > without.lower).toBe(true);
    }
  });
});

describe("a validator that lies", () => {
  const honest = Array.from({ length: 10 }, () => auditor(28.5, 1.5));

  it("moves the share no further in a thousand audits than in ten", () => {
    const few = standing([...honest, auditor(0, 10)]);
    const many = standing([...honest, auditor(0, 1_000)]);
    expect(many.share).toBe(few.share);
    expect(toNumber(standing(honest).share - few.share)).toBeLessThan(0.01);
  });

  it("hides a cheat as little", () => {
    const cheat = Array.from({ length: 10 }, () => auditor(15, 15));
    const shielded = standing([...cheat, ...Array.from({ length: 5 }, () => auditor(1_000))]);
    expect(toNumber(shielded.share)).toBeLessThan(0.2);
  });
});
