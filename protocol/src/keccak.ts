import { keccak_256 } from "@noble/hashes/sha3.js";

/** keccak256 of bytes, as an array of its own. */
export type Keccak = (bytes: Uint8Array) => Uint8Array;

let chosen: Keccak = keccak_256;

/** keccak256: 32 bytes. */
export const keccak256: Keccak = (bytes) => chosen(bytes);

/** Has everything here hash with another implementation from now on, a faster one that must give the same hashes. */
export function useKeccak(other: Keccak): void {
  chosen = other;
}
