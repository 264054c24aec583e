import { describe, expect, it } from "vitest";
import type { Profile } from "../profile.ts";
import { boundRate, type Calibration, isCalibrated, measuredRate, parseCalibration } from "./calibration.ts";

const profile: Profile = {
  ...{ backend: "llama.cpp", version: "v1", device: "cpu", instructions: "AVX2", precision: "F16" },
  ...{ keyCache: "F16", valueCache: "F16", flashAttention: "auto", batchInvariant: true, logprobsAmong: 64 },
  ...{ maxContext: 512, evidence: "trace" },
};
const zeros: [number, number, number, number] = [0, 0, 0, 0];
const configuration = (change: Partial<Profile>, canaries = 5000, found = 0) => ({
  ...{ name: "one", profile: { ...profile, ...change }, canaries, found, distance: zeros, leadShift: zeros },
});
const calibration: Calibration = {
  ...{ version: 1, weightsHash: `0x${"11".repeat(32)}`, reference: profile, seed: 1, distanceBound: 40, leadBound: 90 },
  configurations: [
    configuration({}),
    configuration({ instructions: "none" }),
    configuration({ flashAttention: "false" }),
  ],
};

describe("a calibration", () => {
  it("is read as it was written, and nothing else is one", () => {
    expect(parseCalibration(JSON.stringify(calibration))).toEqual(calibration);
    const wrong = [
      "{",
      "[]",
      JSON.stringify({ ...calibration, version: 2 }),
      JSON.stringify({ ...calibration, distanceBound: -1 }),
      JSON.stringify({ ...calibration, configurations: calibration.configurations.slice(0, 1) }),
    ];
    for (const text of wrong)
      expect(() => parseCalibration(text)).toThrow(
        expect.objectContaining({ code: "CONFIG_INVALID", next: expect.stringContaining("lloom calibrate") }),
      );
  });

  const [one] = calibration.configurations;
  /** Names of the changes with which a calibration is one. */
  const among = (changes: readonly (readonly [name: string, change: object])[]): string[] => {
    const isOne = (change: object): boolean => {
      try {
        return parseCalibration(JSON.stringify({ ...calibration, ...change })).version === 1;
      } catch {
        return false;
      }
    };
    return changes.filter(([, change]) => isOne(change)).map(([name]) => name);
  };
  const having = (change: object) => ({ configurations: [one, { ...one, ...change }] });
  const confirmed = (change: object, times = 1) => ({
    confirmations: new Array(times).fill({ reference: profile, seed: 2, configurations: [one], ...change }),
  });

  it("may have as little and as much as this", () => {
    const right: [string, object][] = [
      ["nothing", { seed: 0, distanceBound: 0, leadBound: 0 }],
      ["large figures", { seed: 2 ** 40, distanceBound: 1e6, leadBound: 1e6 }],
      ["no canaries", having({ name: "x", canaries: 0, found: 0 })],
      ["many canaries", having({ name: "x".repeat(200), canaries: 1e9, found: 1e9 })],
      ["all distances", having({ distance: [0, 0.5, 1, 1e6], leadShift: [0, 0.5, 1, 1e6] })],
      ["many configurations", { configurations: new Array(64).fill(one) }],
      ["no confirmations", { confirmations: [] }],
      ["many confirmations", confirmed({ seed: 0 }, 16)],
      ["much confirmed", confirmed({ configurations: new Array(64).fill(one) })],
    ];
    expect(among(right)).toEqual(right.map(([name]) => name));
  });

  it("may not have less, more, or anything else", () => {
    const { weightsHash } = calibration;
    const hashes = [`${weightsHash}1`, weightsHash.slice(0, -1), ` ${weightsHash}`, weightsHash.replace("1", "A")];
    const wrong: [string, object][] = [
      ...[-1, 0.5, "1"].map((seed): [string, object] => [`seed ${seed}`, { seed }]),
      ...[...hashes, [weightsHash], 7].map((hash): [string, object] => [`hash ${hash}`, { weightsHash: hash }]),
      ["a distance's bound", { distanceBound: 1_000_001 }],
      ["a lead's bound", { leadBound: 1_000_001 }],
      ["a lead's bound below nothing", { leadBound: -1 }],
      ["no name", having({ name: "" })],
      ["a long name", having({ name: "x".repeat(201) })],
      ...[-1, 0.5, 1e9 + 1].map((canaries): [string, object] => [`${canaries} canaries`, having({ canaries })]),
      ...[-1, 0.5, 1e9 + 1].map((found): [string, object] => [`${found} found`, having({ found })]),
      ["three distances", having({ distance: [0, 0, 0] })],
      ["three shifts", having({ leadShift: [0, 0, 0] })],
      ["a distance below nothing", having({ distance: [0, 0, 0, -1] })],
      ["many configurations", { configurations: new Array(65).fill(one) }],
      ["many confirmations", confirmed({}, 17)],
      ...[-1, 0.5].map((seed): [string, object] => [`confirmed with seed ${seed}`, confirmed({ seed })]),
      ["confirmed without a reference", confirmed({ reference: undefined })],
      ["nothing confirmed", confirmed({ configurations: [] })],
      ["much confirmed", confirmed({ configurations: new Array(65).fill(one) })],
    ];
    expect(among(wrong)).toEqual([]);
  });

  it("covers what was measured, and no other precision, cache, device, version or processor", () => {
    expect(isCalibrated(calibration, profile)).toBe(true);
    // Its processor and its attention were measured, not both at once: they do not move each other.
    expect(isCalibrated(calibration, { ...profile, instructions: "none", flashAttention: "false" })).toBe(true);
    expect(isCalibrated(calibration, { ...profile, maxContext: 8192, batchSize: 64 })).toBe(true);
    const others: Partial<Profile>[] = [
      { precision: "Q4_0" },
      { keyCache: "Q8_0" },
      { valueCache: "Q8_0" },
      { flashAttention: "true" },
      { device: "cuda" },
      { version: "v2" },
      { instructions: "NEON" },
      { backend: "openai" },
      { batchInvariant: false },
      { logprobsAmong: 20 },
    ];
    for (const other of others) expect(isCalibrated(calibration, { ...profile, ...other })).toBe(false);
  });

  it("has the rate of its worst configuration", () => {
    expect(measuredRate(calibration)).toBeCloseTo(boundRate(0, 5000), 12);
    const worst = { ...calibration, configurations: [configuration({}), configuration({}, 1000, 3)] };
    expect(measuredRate(worst)).toBe(boundRate(3, 1000));
  });

  it("has the rate of canaries that confirm it, where that is higher", () => {
    const confirmed = (found: number): Calibration => ({
      ...calibration,
      confirmations: [{ reference: profile, seed: 2, configurations: [configuration({}, 5000, found)] }],
    });
    expect(measuredRate(confirmed(0))).toBe(measuredRate(calibration));
    expect(measuredRate(confirmed(1))).toBe(boundRate(1, 5000));
    expect(measuredRate(confirmed(2))).toBeGreaterThan(1e-3);
    expect(parseCalibration(JSON.stringify(confirmed(1)))).toEqual(confirmed(1));
  });
});

describe("the bound of a rate", () => {
  it("is what 95 % confidence leaves of nothing found", () => {
    expect(boundRate(0, 2995)).toBeLessThan(1e-3);
    expect(boundRate(0, 2992)).toBeGreaterThan(1e-3 - 2e-6);
    expect(boundRate(0, 0)).toBe(1);
    expect(boundRate(5, 5)).toBe(1);
  });

  it("is the figure of the tables, and grows with what is found", () => {
    // One-sided Clopper and Pearson: 1 of 100 at 95 % is 4.66 %, 10 of 1000 at 99 % is 2.01 %.
    expect(boundRate(1, 100)).toBeCloseTo(0.0466, 4);
    expect(boundRate(10, 1000, 0.99)).toBeCloseTo(0.0201, 3);
    for (let found = 0; found < 20; found++) expect(boundRate(found + 1, 1000)).toBeGreaterThan(boundRate(found, 1000));
  });
});
