import { describe, expect, it } from "vitest";
import { median, percentile } from "./percentile.ts";

describe("percentile", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it("is the value that so many do not exceed", () => {
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
  });

  it("compares by size and not as text", () => expect(percentile([9, 10, 100], 0.5)).toBe(10));
  it("leaves what it is given as it is", () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });
  it("refuses to make a figure of nothing", () => expect(() => percentile([], 0.5)).toThrow("no values"));
});

describe("median", () => {
  it("is the middle of an odd count", () => expect(median([9, 1, 5])).toBe(5));
  it("is between the two middles of an even count", () => expect(median([1, 2, 4, 100])).toBe(3));
  it("refuses to make a figure of nothing", () => expect(() => median([])).toThrow("no values"));
});
