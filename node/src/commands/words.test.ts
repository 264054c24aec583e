import { describe, expect, it } from "vitest";
import { factLines, shownCost, shownDuration, shownMoment } from "./words.ts";

describe("words about money", () => {
  it.each<readonly [bigint, string]>([
    [0n, "no time"],
    [-5n, "no time"],
    [1n, "1 min"],
    [60n, "1 min"],
    [61n, "2 min"],
    [3_600n, "1 h"],
    [3_661n, "1 h 2 min"],
    [86_399n, "1 d"],
    [1_209_600n, "14 d"],
    [1_209_601n, "14 d"],
    [90_000n, "1 d 1 h"],
  ])("tell %d seconds without promising too early an end", (seconds, words) => {
    expect(shownDuration(seconds)).toBe(words);
  });

  it("tell a moment with how far it is", () => {
    const at = BigInt(Date.UTC(2026, 10, 30) / 1000);
    expect(shownMoment(at, at - 3_600n)).toBe("2026-11-30 00:00 UTC, in 1 h");
    expect(shownMoment(at + 1n, at)).toBe("2026-11-30 00:01 UTC, in 1 min");
    expect(shownMoment(at, at)).toBe("2026-11-30 00:00 UTC, now");
  });

  it("tell a moment that no calendar has by its number", () => {
    const at = (1n << 256n) - 60n;
    expect(shownMoment(at, at + 60n)).toMatch(/^Unix second \d{78}, now$/);
    expect(shownMoment(at, 0n)).toMatch(/^Unix second \d{78}, in \d{73} d/);
  });

  it("round a cost up to three digits", () => {
    expect(shownCost(123_456_789_012_345n)).toBe("0.000124 ETH");
    expect(shownCost(7n)).toBe("0.000000000000000007 ETH");
    expect(shownCost(0n)).toBe("0 ETH");
    expect(shownCost(10n ** 18n)).toBe("1 ETH");
  });

  it("put values below each other", () => {
    expect(
      factLines([
        ["to", "a"],
        ["leaves", "b"],
      ]),
    ).toEqual(["to      a", "leaves  b"]);
  });
});
