import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hexToBytes as parseHex, bytesToHex as printHex } from "@noble/hashes/utils.js";
import type { Address, Hex } from "./commitment-types.ts";
import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";

const ADDRESS_BYTES = 20;

/** 0x-prefixed lower-case hex. */
export const bytesToHex = (bytes: Uint8Array): Hex => `0x${printHex(bytes)}`;

/** Bytes of 0x-prefixed hex in either case. Throws LloomError REQUEST_INVALID for anything else. */
export function hexToBytes(hex: string): Uint8Array {
  if (!/^0x(?:[0-9a-fA-F]{2})*$/.test(hex)) {
    throw new LloomError("REQUEST_INVALID", "Not hex: it takes 0x and two digits for each byte.");
  }
  return parseHex(hex.slice(2));
}

/** Whether a value is 0x-prefixed lower-case hex of one byte up to so many. */
export const isHex = (value: unknown, mostBytes: number): value is Hex =>
  typeof value === "string" && value.length <= 2 + 2 * mostBytes && /^0x(?:[0-9a-f]{2})+$/.test(value);

/** Exactly so many bytes. Throws LloomError REQUEST_INVALID that names the field for anything else. */
export function fixedBytes(name: string, hex: string, length: number): Uint8Array {
  if (!new RegExp(`^0x[0-9a-fA-F]{${2 * length}}$`).test(hex))
    throw new LloomError("REQUEST_INVALID", `${name} must be 0x and ${2 * length} hex digits.`);
  return parseHex(hex.slice(2));
}

/**
 * Ethereum address of a secp256k1 public key, compressed (33 bytes) or not (65 bytes).
 * Throws LloomError SIGNATURE_INVALID for bytes that are no such key.
 */
export function addressFromPublicKey(publicKey: Uint8Array): Address {
  return bytesToHex(keccak256(uncompressed(publicKey).subarray(1)).subarray(-ADDRESS_BYTES));
}

/** The 65-byte form; also proves that the point is on the curve. */
function uncompressed(publicKey: Uint8Array): Uint8Array {
  try {
    return secp256k1.Point.fromBytes(publicKey).toBytes(false);
  } catch (cause) {
    throw new LloomError("SIGNATURE_INVALID", "Not a secp256k1 public key.", { cause });
  }
}
