import { INTEGER_DIGITS } from "./encoding.ts";

/** A column for bytes: hex with 0x, or nothing. */
export const hex = (name: string, bytes: number): string =>
  `TEXT CHECK (${name} IS NULL OR (length(${name}) = ${2 + bytes * 2} AND ${name} GLOB '0x*'))`;

/** A column for an integer of the signed types: decimal, zero-padded, so that text order is number order. */
export const unsigned = (name: string): string =>
  `TEXT CHECK (${name} IS NULL OR (length(${name}) = ${INTEGER_DIGITS} AND ${name} NOT GLOB '*[^0-9]*'))`;
