import { expect, test } from "vitest";
import { backoffMs } from "./backoff.ts";

const BACKOFF = { firstMs: 100, longestMs: 1_000 };

test("pauses double up to the longest, however many failures there were", () => {
  const middle = (failures: number) => backoffMs(failures, BACKOFF, () => 0.5);
  expect([1, 2, 3, 4, 5, 5_000].map(middle)).toEqual([100, 200, 400, 800, 1_000, 1_000]);
});

test("pauses vary by a quarter both ways", () => {
  expect(backoffMs(1, BACKOFF, () => 0)).toBe(75);
  expect(backoffMs(1, BACKOFF, () => 1)).toBe(125);
});
