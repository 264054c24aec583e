import { describe, expect, it } from "vitest";
import { seeded } from "../../test/seeded.ts";
import {
  growthDown,
  halvedDown,
  INNER_BITS,
  integerRoot,
  minusLog2,
  ONE,
  rootDown,
  saturation,
  toNumber,
} from "./fixed-point.ts";

const INNER_ONE = 1n << INNER_BITS;
const random = seeded(64);
const drawn = (bits: number) => Array.from({ length: 200 }, () => random.uint(bits));

describe("roots", () => {
  it("are the largest whose square is not above the number", () => {
    for (const value of [0n, 1n, 2n, 3n, 4n, 99n, 100n, ...drawn(300)]) {
      const root = integerRoot(value);
      expect(root * root <= value && (root + 1n) * (root + 1n) > value).toBe(true);
    }
    expect(rootDown(ONE / 4n)).toBe(ONE / 2n);
  });

  it("are none of a negative number", () => {
    expect(() => integerRoot(-1n)).toThrow("no root");
  });
});

describe("powers of two", () => {
  it("are exact where they are integers' shifts", () => {
    for (const halvings of [0n, 1n, 2n, 64n]) expect(halvedDown(halvings << INNER_BITS)).toBe(ONE >> halvings);
    expect(halvedDown(65n << INNER_BITS)).toBe(0n);
    expect(halvedDown(10n ** 60n)).toBe(0n);
    expect(growthDown(0n, 7n)).toBe(ONE);
  });

  it("rounds down: the power of a growth does not pass two", () => {
    for (const parts of [2n, 3n, 7n, 14n]) {
      const growth = growthDown(1n, parts);
      expect(growth ** parts <= 2n * ONE ** parts && (growth + 1n) ** parts > 2n * ONE ** parts).toBe(true);
    }
  });

  it("falls while the exponent rises, and is what floats say", () => {
    let before = ONE;
    for (let step = 0n; step <= 1_000n; step++) {
      const exponent = (step * INNER_ONE) / 91n;
      const power = halvedDown(exponent);
      expect(power <= before).toBe(true);
      expect(Math.abs(toNumber(power) - 2 ** -(Number(step) / 91))).toBeLessThan(1e-15);
      before = power;
    }
  });
});

/** Fractional bits of what logarithms are held against. */
const FINE = 256n;

/** Twice the area tangent of a fraction, by its series: the natural logarithm of (whole + part) / (whole - part). */
function logarithm(part: bigint, whole: bigint): bigint {
  let [power, sum] = [(part << (2n * FINE)) / whole, 0n];
  for (let odd = 1n; power > 0n; odd += 2n) {
    sum += power / odd;
    power = (power * part * part) / (whole * whole);
  }
  return 2n * sum;
}
const LOG_2 = logarithm(1n, 3n);
/** -log2(part / whole): twos first, so that the series of the rest is short. */
function minusLog2ByHand(part: bigint, whole: bigint): bigint {
  let [grown, twos] = [part, 0n];
  for (; 2n * grown <= whole; twos++) grown *= 2n;
  return (twos << FINE) + (logarithm(whole - grown, whole + grown) << FINE) / LOG_2;
}

describe("logarithms", () => {
  it("lead back to the number, or to the one below", () => {
    for (const value of [1n, 2n, 3n, ONE - 1n, ONE / 3n, ONE / 2n, ...drawn(64).map((bits) => (bits >> 1n) + 1n)]) {
      const back = halvedDown(minusLog2(value));
      expect(back === value || back === value - 1n).toBe(true);
    }
    expect(minusLog2(ONE)).toBe(0n);
    expect(minusLog2(ONE / 2n)).toBe(INNER_ONE);
  });

  it("are rounded up by less than 2^-127", () => {
    for (const [part, whole] of [
      [3n, 4n],
      [5n, 8n],
      [7n, 8n],
      [1n, 1_024n],
      [3n, 1n << 40n],
      [ONE - 1n, ONE],
    ] as const) {
      const beyond = (minusLog2((part * ONE) / whole) << (FINE - INNER_BITS)) - minusLog2ByHand(part, whole);
      expect(beyond >= -1n && beyond < 2n << (FINE - INNER_BITS), `${part} of ${whole}`).toBe(true);
    }
  });

  it("exist above 0 up to 1 only", () => {
    for (const value of [0n, -1n, ONE + 1n]) expect(() => minusLog2(value)).toThrow("above 0");
  });
});

describe("saturation", () => {
  it("is nothing for nothing, 1 - 1/e at its scale, and at most 1", () => {
    expect(saturation(0n, 300n)).toBe(0n);
    expect(toNumber(saturation(300n, 300n))).toBeCloseTo(1 - Math.exp(-1), 15);
    expect(toNumber(saturation(900n, 300n))).toBeCloseTo(1 - Math.exp(-3), 15);
    expect(saturation(2n ** 96n, 1n)).toBe(ONE);
    expect(saturation(1n, 2n ** 96n) > 0n).toBe(true);
  });
});
