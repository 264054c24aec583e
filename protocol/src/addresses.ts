import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Address } from "./commitment-types.ts";
import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";

/** Characters of a wrong address that are shown. */
const SHOWN = 48;

/**
 * An address as people and programs write it, in lower case. Where it has capitals and small letters they are a checksum
 * (ERC-55), which finds a mistyped digit.
 * Throws LloomError REQUEST_INVALID for what is no address, and for a checksum that is not right.
 */
export function parseAddress(text: string): Address {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  if (!/^0x[0-9a-f]{40}$/i.test(text))
    throw new LloomError("REQUEST_INVALID", `"${shown}" is not an address: it takes 0x and 40 hex digits.`);
  const digits = text.slice(2);
  const lower = digits.toLowerCase();
  const hasChecksum = digits !== lower && digits !== digits.toUpperCase();
  if (hasChecksum && digits !== withChecksum(lower))
    throw new LloomError("REQUEST_INVALID", `"${shown}" is mistyped: its capitals do not fit its digits.`);
  return `0x${lower}`;
}

/** Digits with the letters in capitals where the hash has a half-byte of 8 or more. */
function withChecksum(lower: string): string {
  const hash = bytesToHex(keccak256(utf8ToBytes(lower)));
  return [...lower]
    .map((digit, index) => (Number.parseInt(hash.charAt(index), 16) >= 8 ? digit.toUpperCase() : digit))
    .join("");
}
