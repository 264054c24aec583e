import { expect, test } from "vitest";
import { fillBuckets, widthFor } from "./buckets.ts";

const NOW = 1_772_373_909;
const HOUR = 3_600;

test("buckets have no gaps, end with the present one and leave out what is older", () => {
  const thisHour = NOW - (NOW % HOUR);
  const work = [
    { start: thisHour - 5 * HOUR, requests: 9n, paid: 9n },
    { start: thisHour - HOUR, requests: 2n, paid: 20n },
    { start: thisHour + 5, requests: 1n, paid: 10n },
    { start: thisHour + 9, requests: 3n, paid: 30n },
  ];
  expect(fillBuckets(work, "hour", 3, NOW)).toEqual({
    width: "hour",
    buckets: [
      { start: thisHour - 2 * HOUR, answers: 0n, paid: 0n },
      { start: thisHour - HOUR, answers: 2n, paid: 20n },
      { start: thisHour, answers: 4n, paid: 40n },
    ],
  });
});

test.each([
  [0.5, "minute"],
  [3, "hour"],
  [47, "hour"],
  [50, "day"],
] as const)("a network that settled first %d hours ago is shown by the %s", (hours, width) => {
  const first = NOW - hours * HOUR;
  const none = {
    settlementCount: 1,
    requests: 1n,
    inboundTokens: 0n,
    outboundTokens: 0n,
    acknowledgedPaid: 0n,
    tailPaid: 0n,
    paid: 1n,
  };
  const overview = {
    network: undefined,
    settlements: [],
    executors: [],
    hours: [{ hour: first - (first % HOUR), ...none }],
    days: [{ day: first - (first % (24 * HOUR)), ...none }],
  };
  expect(widthFor(overview, NOW)).toBe(width);
});
