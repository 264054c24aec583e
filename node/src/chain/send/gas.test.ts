import { expect, test } from "vitest";
import { GAS_BOUNDS, GAS_CAP, openMeasuredGas, reportGas, revealGas, settleGas, withMargin } from "./gas.ts";

test("a settlement may use the more gas the more pairs it has, and never more than a transaction may", () => {
  expect([settleGas(1), settleGas(2), settleGas(64)]).toEqual([350_000n, 600_000n, 16_100_000n]);
  expect([settleGas(66), settleGas(67), settleGas(1000)]).toEqual([16_600_000n, GAS_CAP, GAS_CAP]);
});

test("a complaint may use the more gas the more answers it shows, and never more than a transaction may", () => {
  expect([openMeasuredGas(1), openMeasuredGas(2), openMeasuredGas(62)]).toEqual([1_450_000n, 1_700_000n, 16_700_000n]);
  expect([openMeasuredGas(63), openMeasuredGas(64)]).toEqual([GAS_CAP, GAS_CAP]);
});

test("a report may use the more gas the more rows it has, and the more epochs went without one", () => {
  expect([reportGas(0, 0n), reportGas(3, 0n), reportGas(3, 24n)]).toEqual([120_000n, 240_000n, 264_000n]);
});

test("a reveal may use the more gas the more bytes it has", () => {
  expect([revealGas(0), revealGas(1), revealGas(24_576)]).toEqual([500_000n, 500_080n, 2_466_080n]);
});

test("an estimate gets a quarter more, and never more than a transaction may", () => {
  expect([withMargin(0n), withMargin(80_000n), withMargin(80_001n)]).toEqual([0n, 100_000n, 100_001n]);
  expect([withMargin(GAS_CAP), withMargin((GAS_CAP * 4n) / 5n)]).toEqual([GAS_CAP, GAS_CAP - 1n]);
});

test("every bound is one that a transaction may ask for", () => {
  for (const bound of Object.values(GAS_BOUNDS)) expect(bound > 21_000n && bound <= GAS_CAP).toBe(true);
});
