/** Digests of what contracts encode as words of 32 bytes: `keccak256(abi.encode(…))` of values of fixed size. */

import type { Hex } from "./commitment-types.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";

const WORD = 32;

/** An unsigned integer as ABI encoding has it. Throws LloomError REQUEST_INVALID below 0 and above 2^256 - 1. */
export function wordOf(value: bigint): Uint8Array {
  if (value < 0n || value >= 2n ** 256n) throw new LloomError("REQUEST_INVALID", "Not an unsigned 256-bit integer.");
  return hexToBytes(`0x${value.toString(16).padStart(2 * WORD, "0")}`);
}

/**
 * keccak256 of words; what is shorter stands right-aligned, as ABI encoding has addresses. Throws LloomError REQUEST_INVALID
 * for more than 32 bytes.
 */
export function hashWords(...words: readonly Uint8Array[]): Hex {
  const encoded = new Uint8Array(WORD * words.length);
  for (const [index, bytes] of words.entries()) {
    if (bytes.length > WORD) throw new LloomError("REQUEST_INVALID", "Longer than a word of 32 bytes.");
    encoded.set(bytes, WORD * (index + 1) - bytes.length);
  }
  return bytesToHex(keccak256(encoded));
}
