import { expect, test } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

test("a bucket gives its burst at once and its rate in the long run", () => {
  let nowMs = 0;
  const bucket = new TokenBucket({ perSecond: 10, burst: 3 }, () => nowMs);
  expect([bucket.take(), bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, true, false]);
  nowMs = 100;
  expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  nowMs = 60_000;
  expect(bucket.isFull).toBe(true);
  expect([bucket.take(3), bucket.take()]).toEqual([true, false]);
});

test("a debt says how long it takes to pay", () => {
  let nowMs = 0;
  const bucket = new TokenBucket({ perSecond: 1_000, burst: 500 }, () => nowMs);
  expect(bucket.owe(500)).toBe(0);
  expect(bucket.owe(2_000)).toBe(2_000);
  nowMs = 1_500;
  expect(bucket.owe(0)).toBe(500);
  nowMs = 2_001;
  expect(bucket.owe(0)).toBe(0);
});
