import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { amountDigits, formatAmount, parseAmount, shownAmount } from "./amounts.ts";

const LARGEST = (1n << 96n) - 1n;

describe("amounts", () => {
  it("are the same after formatting and parsing (seed 7)", () => {
    const random = seeded(7);
    for (let round = 0; round < 200; round++) {
      const decimals = random.below(19);
      const amount = random.uint(96);
      expect(parseAmount(formatAmount(amount, decimals), decimals)).toBe(amount);
    }
  });

  it("go up to what the contracts count in, and no further", () => {
    expect(parseAmount(formatAmount(LARGEST, 6), 6)).toBe(LARGEST);
    for (const text of [formatAmount(LARGEST + 1n, 6), "1".repeat(41), "1".repeat(1_000_000)])
      expect(() => parseAmount(text, 6)).toThrow(
        /is too large: an amount is at most 79228162514264337593543\.950335\.$/,
      );
  });

  it.each(["", "-5", "+5", "abc", "1e3", "0x10", ".5", "5.", "1,5", "1 000"])("are not %j", (text) => {
    expect(() => parseAmount(text, 6)).toThrow(/is not an amount such as 1\.5/);
  });

  it("may stand between blanks, and are shown up to the 48th character where they are wrong", () => {
    expect(parseAmount(" 1.5\n", 6)).toBe(1_500_000n);
    expect(() => parseAmount("x".repeat(48), 6)).toThrow(/^"x{48}" is not/);
    expect(() => parseAmount("x".repeat(49), 6)).toThrow(/^"x{48}…" is not/);
  });

  it("are not read from more digits than any amount has", () => {
    expect(parseAmount("5".padStart(40, "0"), 0)).toBe(5n);
    expect(() => parseAmount("5".padStart(41, "0"), 0)).toThrow("is too large");
  });

  it("below nothing have a sign, and digits as those above", () => {
    expect(amountDigits(-1_500_000n, 6)).toEqual({ isNegative: true, whole: "1", fraction: "500000" });
    expect(amountDigits(0n, 6)).toEqual({ isNegative: false, whole: "0", fraction: "000000" });
    expect([formatAmount(-1_500_000n, 6), formatAmount(-1n, 0), formatAmount(0n, 6)]).toEqual(["-1.5", "-1", "0"]);
  });

  it("are shown with the symbol of their token", () => {
    expect(shownAmount(1_500_000n, { decimals: 6, symbol: "tUSD" })).toBe("1.5 tUSD");
  });

  it("have no more decimals than the token", () => {
    expect(parseAmount("0.000001", 6)).toBe(1n);
    expect(() => parseAmount("0.0000001", 6)).toThrow("more than the token's 6 decimals");
  });
});
