import { describe, expect, it } from "vitest";
import { type UtcForm, utcText } from "./utc-text.ts";

const LAST = 8_640_000_000_000n;

describe("a moment", () => {
  it.each<readonly [bigint | number, UtcForm, string]>([
    [1_772_373_909n, "iso", "2026-03-01T14:05:09.000Z"],
    [1_772_373_909.25, "iso", "2026-03-01T14:05:09.250Z"],
    [1_772_373_909, "second", "2026-03-01 14:05:09 UTC"],
    [1_772_373_909n, "minute", "2026-03-01 14:05 UTC"],
    [0n, "minute", "1970-01-01 00:00 UTC"],
    [253_402_300_800n, "second", "+010000-01-01 00:00:00 UTC"],
    [LAST, "minute", "+275760-09-13 00:00 UTC"],
    [-LAST, "iso", "-271821-04-20T00:00:00.000Z"],
  ])("of Unix second %s is told to the %s", (seconds, form, text) => {
    expect(utcText(seconds, form)).toBe(text);
  });

  it.each([
    LAST + 1n,
    (1n << 40n) * 1000n,
    (1n << 64n) - 1n,
    (1n << 256n) - 1n,
    -LAST - 1n,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ])("that no calendar has is told by its number: %s", (seconds) => {
    for (const form of ["iso", "second", "minute"] as const)
      expect(utcText(seconds, form)).toBe(`Unix second ${seconds}`);
  });
});
