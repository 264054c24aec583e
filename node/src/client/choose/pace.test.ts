import { describe, expect, it } from "vitest";
import { seeded } from "../../../../protocol/test/seeded.ts";
import { afterMeasuring, type Pace, patienceMs } from "./pace.ts";

const BOUNDS = { shortestMs: 500, unknownMs: 10_000, longestMs: 60_000 };
const measured = (...values: number[]): Pace | undefined =>
  values.reduce<Pace | undefined>((pace, ms) => afterMeasuring(pace, ms), undefined);

describe("patience", () => {
  it("is the unknown one until something was measured, and doubles from try to try up to the longest", () => {
    const tries = [1, 2, 3, 4, 99].map((attempt) => patienceMs(undefined, BOUNDS, attempt));
    expect(tries).toEqual([10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it("keeps the mean by an eighth and the stray by a quarter of what is new, as TCP does", () => {
    expect(measured(100)).toEqual({ meanMs: 100, strayMs: 50 });
    expect(measured(100, 200)).toEqual({ meanMs: 112.5, strayMs: 62.5 });
    expect(measured(100, 20)).toEqual({ meanMs: 90, strayMs: 57.5 });
    expect(patienceMs({ meanMs: 100, strayMs: 50 }, { ...BOUNDS, shortestMs: 0 }, 1)).toBe(300);
    expect(patienceMs(undefined, { ...BOUNDS, unknownMs: 1, shortestMs: 0, longestMs: 1e9 }, 40)).toBe(2 ** 16);
  });

  it("is half a second where first tokens come at once", () => {
    expect(patienceMs(measured(20, 22, 19, 21, 20, 20), BOUNDS, 1)).toBe(500);
  });

  it("follows a network that grows slow, and one that is uneven", () => {
    const slow = measured(...Array.from({ length: 30 }, () => 8_000));
    expect(patienceMs(slow, BOUNDS, 1)).toBeGreaterThan(8_000);
    expect(patienceMs(slow, BOUNDS, 1)).toBeLessThan(9_000);
    const uneven = measured(...Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? 200 : 3_800)));
    expect(patienceMs(uneven, BOUNDS, 1)).toBeGreaterThan(3_800);
  });

  it("is longer than almost every wait of a steady executor, whatever its pace (seed 31)", () => {
    const random = seeded(31);
    for (let executor = 0; executor < 50; executor += 1) {
      const base = 10 + random.below(20_000);
      const wait = (): number => base * (0.7 + random.below(1_000) / 1_666);
      let pace = measured(wait());
      let late = 0;
      for (let answer = 0; answer < 200; answer += 1) {
        const ms = wait();
        if (ms > patienceMs(pace, BOUNDS, 1)) late += 1;
        pace = afterMeasuring(pace, ms);
      }
      expect(late).toBeLessThanOrEqual(2);
    }
  });
});
