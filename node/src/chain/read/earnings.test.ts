import { describe, expect, it } from "vitest";
import { EPOCH_SECONDS, earningsOf } from "./earnings.ts";

const DAY = 20_000n;
const booked = { settled: 100n, withdrawn: 10n, currentTail: 7n, previousTail: 5n, epoch: DAY };
const at = (days: bigint, seconds = 0n): bigint => days * EPOCH_SECONDS + seconds;

describe("an executor's earnings", () => {
  it("hold both days' last answers back on the day that they were booked, and say until when", () => {
    expect(earningsOf(booked, at(DAY, 5n))).toEqual({
      settled: 100n,
      withdrawn: 10n,
      withdrawable: 78n,
      maturing: [
        { amount: 5n, maturesAt: at(DAY + 1n) },
        { amount: 7n, maturesAt: at(DAY + 2n) },
      ],
    });
  });

  it.each([
    ["the last second of the day after", at(DAY + 2n) - 1n, 83n],
    ["the second after that", at(DAY + 2n), 90n],
    ["long after", at(DAY + 900n), 90n],
  ])("are free as the days pass: %s", (_, nowSeconds, withdrawable) => {
    expect(earningsOf(booked, nowSeconds).withdrawable).toBe(withdrawable);
  });
});
