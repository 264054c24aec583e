import { expect, test } from "vitest";
import { averagePrice, concentrationWords, shareText } from "./market-share.ts";

test("a price is per million tokens of both kinds, rounded down", () => {
  expect(averagePrice({ paid: 10n, inboundTokens: 2n, outboundTokens: 1n })).toBe(3_333_333n);
  expect(averagePrice({ paid: 10n, inboundTokens: 0n, outboundTokens: 0n })).toBeUndefined();
});

test("a share is told to a tenth of a percent, and none of nothing", () => {
  expect([shareText(5n, 8n), shareText(1n, 3n), shareText(0n, 3n), shareText(3n, 3n), shareText(0n, 0n)]).toEqual([
    "62.5 %",
    "33.3 %",
    "0.0 %",
    "100.0 %",
    "none",
  ]);
});

test("concentration has a word by the largest share", () => {
  expect([80n, 79n, 40n, 39n].map((largest) => concentrationWords(largest, 100n))).toEqual([
    "hangs on one executor",
    "one executor leads",
    "one executor leads",
    "spread over many",
  ]);
});
