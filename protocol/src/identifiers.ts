/** Addresses and hashes as people and files write them: in any case; here they are lower case throughout. */
import type { Address, Hex } from "./commitment-types.ts";

const ADDRESS = /^0x[0-9a-f]{40}$/;
const HASH = /^0x[0-9a-f]{64}$/;

/** Whether a text is an address in lower case. */
export const isAddress = (text: string): text is Address => ADDRESS.test(text);

/** Whether a text is a 32-byte hash in lower case. */
export const isHash = (text: string): text is Hex => HASH.test(text);

/** An address written in any case; undefined for anything else. */
export function addressOf(text: string): Address | undefined {
  const lower = text.toLowerCase();
  return isAddress(lower) ? lower : undefined;
}

/** A 32-byte hash written in any case; undefined for anything else. */
export function hashOf(text: string): Hex | undefined {
  const lower = text.toLowerCase();
  return isHash(lower) ? lower : undefined;
}
