/**
 * Numbers of the reputation formula: non-negative integers that count 2^-64ths ("Q64"), so that every machine has the same
 * bits. Roots, powers and logarithms are computed with 128 fractional bits and then rounded down to 64, once.
 */
import { LloomError } from "../lloom-error.ts";

/** Fractional bits of a stored number. */
export const FRACTION_BITS = 64n;
/** 1 as a Q64. */
export const ONE = 1n << FRACTION_BITS;

/** Fractional bits inside a computation. */
export const INNER_BITS = 128n;
const INNER_ONE = 1n << INNER_BITS;

/** A Q64 for people and charts; nothing that is compared or stored may come from it. */
export const toNumber = (value: bigint): number => Number(value) / Number(ONE);

/** numerator / denominator as a Q64, rounded down. */
export const ratioDown = (numerator: bigint, denominator: bigint): bigint => (numerator << FRACTION_BITS) / denominator;

/** Product of two Q64, rounded down. */
export const timesDown = (a: bigint, b: bigint): bigint => (a * b) >> FRACTION_BITS;

/** Largest integer whose square is not above `value`, by Newton's way from above. */
export function integerRoot(value: bigint): bigint {
  if (value < 0n) throw new LloomError("INTERNAL", "A negative number has no root.");
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** Square root of a Q64, rounded down. */
export const rootDown = (value: bigint): bigint => integerRoot(value << FRACTION_BITS);

/** 2^(1/2), 2^(1/4), 2^(1/8) and so on with 128 fractional bits, each the root of the one before, rounded down. */
const ROOTS_OF_TWO: readonly bigint[] = (() => {
  const roots: bigint[] = [];
  for (let root = 2n << INNER_BITS; roots.length < Number(INNER_BITS); ) {
    root = integerRoot(root << INNER_BITS);
    roots.push(root);
  }
  return roots;
})();

/** 2^fraction with 128 fractional bits, for a fraction from 0 up to 1 with as many: a root for every bit that is set. */
function powerOfTwo(fraction: bigint): bigint {
  let power = INNER_ONE;
  for (const [index, root] of ROOTS_OF_TWO.entries()) {
    const bit = (fraction >> (INNER_BITS - 1n - BigInt(index))) & 1n;
    if (bit === 1n) power = (power * root) >> INNER_BITS;
  }
  return power;
}

/** 2^(numerator / denominator) as a Q64, rounded down. For 0 <= numerator < denominator: from 1 up to 2. */
export const growthDown = (numerator: bigint, denominator: bigint): bigint =>
  powerOfTwo((numerator << INNER_BITS) / denominator) >> (INNER_BITS - FRACTION_BITS);

/** 2^-exponent as a Q64, rounded down, for an exponent with 128 fractional bits. */
export function halvedDown(exponent: bigint): bigint {
  const [whole, fraction] = [exponent >> INNER_BITS, exponent & (INNER_ONE - 1n)];
  if (fraction === 0n) return ONE >> whole;
  return powerOfTwo(INNER_ONE - fraction) >> (INNER_BITS - FRACTION_BITS + whole + 1n);
}

/**
 * -log2 of a Q64 above 0 and not above 1, with 128 fractional bits, rounded up by less than 2^-127: what `halvedDown` takes
 * back to not more than the number. A bit of the result for every squaring, which doubles what roundings cost, so that
 * twice as many bits are carried.
 */
export function minusLog2(value: bigint): bigint {
  if (value <= 0n || value > ONE)
    throw new LloomError("INTERNAL", "A logarithm is asked of what is not above 0 up to 1.");
  const carried = 2n * INNER_BITS + FRACTION_BITS;
  const two = 2n << carried;
  const bits = BigInt(value.toString(2).length) - 1n;
  let mantissa = value << (carried - bits);
  let fraction = 0n;
  for (let bit = 0n; bit < INNER_BITS; bit++) {
    mantissa = (mantissa * mantissa) >> carried;
    const isAbove = mantissa >= two;
    if (isAbove) mantissa >>= 1n;
    fraction = (fraction << 1n) | (isAbove ? 1n : 0n);
  }
  return ((FRACTION_BITS - bits) << INNER_BITS) - fraction;
}

/** log2(e) with 128 fractional bits, rounded down. */
const LOG2_E = 0x171547652b82fe1777d0ffda0d23a7d11n;

/** 1 - e^-(numerator / denominator) as a Q64, rounded up by less than 2^-63: no stake above zero counts for nothing. */
export const saturation = (numerator: bigint, denominator: bigint): bigint =>
  ONE - halvedDown((numerator * LOG2_E) / denominator);
