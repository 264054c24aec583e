import { expect, test } from "vitest";
import { oneParam } from "../list-query.ts";
import { CHART_RANGES, DAILY_RANGES, NETWORK_RANGES, parseRange } from "./ranges.ts";
import { changeWords, firstDayOf, twoDays } from "./recent.ts";

const HOUR = 3_600;
const NOW = 1_772_373_909;
const THIS_HOUR = NOW - (NOW % HOUR);
const row = (hoursAgo: number, requests: bigint) => ({
  hour: THIS_HOUR - hoursAgo * HOUR,
  requests,
  paid: requests * 10n,
});

test("the last 24 begun hours are one day, and the 24 before them another", () => {
  const hours = [row(0, 1n), row(23, 2n), row(24, 4n), row(47, 8n), row(48, 16n)];
  expect(twoDays(hours, NOW)).toEqual({
    last: { requests: 3n, paid: 30n },
    before: { requests: 12n, paid: 120n },
  });
  expect(twoDays([], NOW).last).toEqual({ requests: 0n, paid: 0n });
});

test.each([
  [112n, 100n, "+12 % against the day before"],
  [50n, 100n, "−50 % against the day before"],
  [100n, 100n, "±0 % against the day before"],
  [5n, 0n, "none the day before"],
  [0n, 0n, "none the day before either"],
  [30_000n, 10n, "+299,900 % against the day before"],
])("%i after %i is told as %s", (last, before, words) => {
  expect(changeWords(last, before)).toBe(words);
});

test("days begin at midnight, today is one of them", () => {
  expect(firstDayOf(1, NOW)).toBe(NOW - (NOW % 86_400));
  expect(firstDayOf(30, NOW)).toBe(NOW - (NOW % 86_400) - 29 * 86_400);
});

test("a range that the chart has not is none", () => {
  expect(parseRange({ range: "days90" }, NETWORK_RANGES)).toBe("days90");
  expect(parseRange({ range: "hour" }, DAILY_RANGES)).toBeUndefined();
  expect(parseRange({ range: ["hour", "hour"] }, NETWORK_RANGES)).toBeUndefined();
  expect(parseRange({ range: "__proto__" }, NETWORK_RANGES)).toBeUndefined();
  expect([oneParam({}, "range"), CHART_RANGES.hour.buckets]).toEqual([undefined, 60]);
});
