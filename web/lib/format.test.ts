import { describe, expect, test } from "vitest";
import {
  amountParts,
  formatAmount,
  formatClock,
  formatCount,
  formatCountdown,
  formatDuration,
  formatFraction,
  formatHalves,
  formatMoment,
  formatMoney,
  formatQuantity,
  formatRelative,
  numberPieces,
  shortHex,
  shortPeerId,
} from "./format.ts";

describe("amounts", () => {
  test("are exact however large", () => {
    expect(formatAmount(2n ** 96n - 1n, 6)).toBe("79,228,162,514,264,337,593,543.950335");
    expect(formatAmount(123_456_789_012_345_678_901_234_567_890n, 18)).toBe("123,456,789,012.34567890123456789");
  });

  test("show at least two decimals where the token has them", () => {
    expect(formatAmount(0n, 6)).toBe("0.00");
    expect(formatAmount(1n, 6)).toBe("0.000001");
    expect(formatAmount(1_500_000n, 6)).toBe("1.50");
    expect(formatAmount(1_234_567_000_000n, 6)).toBe("1,234,567.00");
    expect(formatAmount(15n, 1)).toBe("1.5");
    expect(formatAmount(1_234n, 0)).toBe("1,234");
    expect(formatAmount(-2_500_000n, 6)).toBe("−2.50");
  });

  test("carry their token", () => {
    expect(formatMoney(1_675n, { decimals: 6, symbol: "tUSD" })).toBe("0.001675 tUSD");
  });

  test("split into significant digits and padding that together have all decimals", () => {
    expect(amountParts(360n, 6)).toEqual({ significant: "0.00036", padding: "0" });
    expect(amountParts(48_000_000n, 6)).toEqual({ significant: "48", padding: ".000000" });
    expect(amountParts(1_675n, 6)).toEqual({ significant: "0.001675", padding: "" });
    expect(amountParts(7n, 0)).toEqual({ significant: "7", padding: "" });
  });
});

test("counts have their thousands separated", () => {
  expect(formatCount(18_446_744_073_709_551_615n)).toBe("18,446,744,073,709,551,615");
  expect(formatCount(1_204)).toBe("1,204");
  expect([0, 1, 1_204].map((count) => formatQuantity(count, "channel"))).toEqual([
    "0 channels",
    "1 channel",
    "1,204 channels",
  ]);
});

test("fractions of 2^64 have three decimals, rounded down", () => {
  expect([0n, 1n << 63n, (1n << 64n) - 1n, 13n << 63n].map(formatFraction)).toEqual([
    "0.000",
    "0.500",
    "0.999",
    "6.500",
  ]);
});

test("half strikes are written as halves", () => {
  expect([0n, 1n, 2n, 3n, 4n].map(formatHalves)).toEqual(["0", "½", "1", "1½", "2"]);
});

test("hashes and peer ids keep their ends, short ones stay whole", () => {
  expect(shortHex("0xbd74466bd61b6ac2ec7651473b1dfb09d2c552c5")).toBe("0xbd74…52c5");
  expect(shortHex("0x1234")).toBe("0x1234");
  expect(shortPeerId("16Uiu2HA1RQVqKh5ZUbCESusHSBFgrrmy9giNCjwBVFQ3KFx2JmUP")).toBe("16Uiu2HA…x2JmUP");
});

describe("times", () => {
  test("count in their largest whole unit", () => {
    expect([0, 59, 60, 3_599, 3_600, 86_399, 86_400, 900_000].map(formatDuration)).toEqual([
      "0 s",
      "59 s",
      "1 min",
      "59 min",
      "1 h",
      "23 h",
      "1 d",
      "10 d",
    ]);
  });

  test("that are left count in their two largest units", () => {
    expect([-5, 0, 12, 60, 2_469, 42_120, 100_800, 1_209_599].map(formatCountdown)).toEqual([
      "0 s",
      "0 s",
      "12 s",
      "1 min 0 s",
      "41 min 9 s",
      "11 h 42 min",
      "1 d 4 h",
      "13 d 23 h",
    ]);
  });

  test("look back and ahead, and forgive clocks that differ by a second", () => {
    expect(formatRelative(1_000, 1_001)).toBe("just now");
    expect(formatRelative(1_001, 1_000)).toBe("just now");
    expect(formatRelative(1_000, 1_012)).toBe("12 s ago");
    expect(formatRelative(4_600, 1_000)).toBe("in 1 h");
  });

  test("are written in UTC", () => {
    expect(formatMoment(1_772_373_909)).toBe("2026-03-01 14:05:09 UTC");
    expect(formatClock(1_772_373_909)).toBe("14:05");
  });

  test("are no reason to fail where no calendar has them", () => {
    expect(formatMoment(2 ** 64)).toBe("Unix second 18446744073709552000");
    expect(formatClock(2 ** 64)).toBe("—");
  });
});

test("breaks a long number between its groups alone", () => {
  expect(numberPieces("1,204,000.123456789012345678")).toEqual("1, 204, 000 .123 456 789 012 345 678".split(" "));
  expect(numberPieces("12.50")).toEqual(["12", ".50"]);
  expect([numberPieces("7"), numberPieces("0.1234")]).toEqual([["7"], ["0", ".123", "4"]]);
});
