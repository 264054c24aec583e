import { describe, expect, it } from "vitest";
import {
  CANARY_WINDOW,
  type CanaryEvidence,
  DISPUTE_NATS,
  foundFactor,
  reportedNats,
  sumEvidence,
} from "./sequential-test.ts";

const RATE = 1e-3;
const hit: CanaryEvidence = { factor: foundFactor(true, RATE) };
const miss: CanaryEvidence = { factor: foundFactor(false, RATE) };
const some = (count: number, one: CanaryEvidence): CanaryEvidence[] => new Array<CanaryEvidence>(count).fill(one);

/** Draws, always the same for a seed. */
function* draws(seed: number): Generator<number, never> {
  let state = seed * 2654435761 + 1;
  for (;;) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    yield (Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0) / 2 ** 32;
  }
}

/** The canary at which a dispute may be opened, if one may within `most`. */
function disputedAt(isFound: (index: number) => boolean, most: number): number | undefined {
  const canaries: CanaryEvidence[] = [];
  for (let index = 0; index < most; index++) {
    const isHit = isFound(index);
    canaries.push(isHit ? hit : miss);
    // Only a canary that finds something raises it.
    if (isHit && sumEvidence(canaries).mayDispute) return index + 1;
  }
  return undefined;
}

describe("what canaries prove", () => {
  it("is nothing without canaries, and falls with each that finds nothing", () => {
    expect(sumEvidence([])).toEqual({ nats: Number.NEGATIVE_INFINITY, against: 0, mayDispute: false });
    expect(sumEvidence(some(300, miss)).nats).toBeLessThan(0);
    expect(reportedNats(some(4, miss))).toBeCloseTo(4 * Math.log(0.5), 9);
    expect(reportedNats([hit, miss])).toBeCloseTo(Math.log(500.5) + Math.log(0.5), 9);
  });

  it("has a mean over an honest executor's canaries that is what was staked: so a million comes once in a million", () => {
    const count = 12;
    let mean = 0;
    for (let course = 0; course < 2 ** count; course++) {
      const found = Array.from({ length: count }, (_, at) => ((course >> at) & 1) === 1);
      const hits = found.filter(Boolean).length;
      const chance = RATE ** hits * (1 - RATE) ** (count - hits);
      mean += chance * Math.exp(sumEvidence(found.map((one) => (one ? hit : miss))).nats);
    }
    expect(mean).toBeCloseTo(count / (2 * CANARY_WINDOW), 9);
  });

  it("exceeds a hundred less often than once in a hundred honest courses, at any time", () => {
    let above = 0;
    const courses = 600;
    for (let seed = 1; seed <= courses; seed++) {
      const draw = draws(seed);
      const canaries = Array.from({ length: CANARY_WINDOW }, () => (draw.next().value < RATE ? hit : miss));
      const hits = [...canaries.keys()].filter((index) => canaries[index] === hit);
      // Only a canary that finds something raises it.
      if (hits.some((index) => sumEvidence(canaries.slice(0, index + 1)).nats > Math.log(100))) above += 1;
    }
    expect(above / courses).toBeLessThan(0.01);
  });

  it("forgets nothing within a window, and everything behind it", () => {
    const accused = [...some(3, hit), ...some(CANARY_WINDOW - 3, miss)];
    expect(sumEvidence(accused).against).toBe(3);
    expect(sumEvidence([...accused, ...some(3, miss)])).toMatchObject({ against: 0, mayDispute: false });
  });
});

describe("a dispute", () => {
  it("takes four canaries of who always cheats, and never fewer than three of anybody", () => {
    expect(disputedAt(() => true, 10)).toBe(4);
    expect(sumEvidence([{ factor: 1e12 }]).mayDispute).toBe(false);
    // One that is as likely of an honest executor speaks against nobody.
    for (const third of [miss, { factor: 1 }])
      expect(sumEvidence([{ factor: 1e12 }, { factor: 1e12 }, third])).toMatchObject({ against: 2, mayDispute: false });
    expect(sumEvidence(some(3, { factor: 1e12 }))).toMatchObject({ against: 3, mayDispute: true });
  });

  it("takes no longer where the cheat was honest for long before", () => {
    expect(disputedAt((index) => index >= 1000, 1100)).toBeLessThanOrEqual(1004);
  });

  it("is not reached by a few strays among many", () => {
    expect(sumEvidence([...some(100, miss), hit, ...some(100, miss), hit, ...some(50, miss)]).mayDispute).toBe(false);
    expect(sumEvidence([hit, hit]).nats).toBeLessThan(DISPUTE_NATS);
  });

  it("finds who cheats with a part of its answers: half of them within 30 canaries, an eighth within 150, mostly", () => {
    for (const { share, within } of [
      { share: 0.5, within: 30 },
      { share: 0.125, within: 150 },
    ]) {
      let found = 0;
      for (let seed = 1; seed <= 60; seed++) {
        const draw = draws(seed);
        if (disputedAt(() => draw.next().value < share, within) !== undefined) found += 1;
      }
      expect(found, `a share of ${share}`).toBeGreaterThanOrEqual(54);
    }
  });
});

describe("a cheat that watches its reports", () => {
  /** It hears after each epoch where it stands, and cheats with a share that depends on it. */
  const EPOCH = 4;
  const EPOCHS = 150;
  interface Way {
    readonly share: number;
    /** It is honest from here on, until it is below again. */
    readonly stopAt: number;
  }
  const play = ({ share, stopAt }: Way, seed: number): { readonly found: boolean; readonly cheated: number } => {
    const draw = draws(seed);
    const canaries: CanaryEvidence[] = [];
    let cheated = 0;
    for (let epoch = 0; epoch < EPOCHS; epoch++) {
      const now = sumEvidence(canaries).nats < stopAt ? share : 0;
      cheated += now / EPOCHS;
      for (let canary = 0; canary < EPOCH; canary++) {
        const one = draw.next().value < now ? hit : miss;
        canaries.push(one);
        // Only a canary that finds something raises it.
        if (one === hit && sumEvidence(canaries).mayDispute) return { found: true, cheated };
      }
    }
    return { found: false, cheated };
  };

  it("can cheat with a few answers in a hundred at most without being found in half of all courses", () => {
    let best = 0;
    for (const share of [0.01, 0.02, 0.04, 0.08, 0.15, 0.3, 0.6, 1])
      for (const stopAt of [-4, 0, 4, 8, 12, Number.POSITIVE_INFINITY]) {
        const courses = Array.from({ length: 10 }, (_, seed) => play({ share, stopAt }, seed + 1));
        const unfound = courses.filter(({ found }) => !found);
        const mean = unfound.reduce((sum, { cheated }) => sum + cheated, 0) / Math.max(1, unfound.length);
        if (unfound.length * 2 >= courses.length) best = Math.max(best, mean);
      }
    expect(best).toBeLessThan(0.06);
    expect(best).toBeGreaterThan(0);
  });
});
