/** The hash by which challenger and executor of a measured dispute name what they show to jurors. */

import type { Hex } from "./commitment-types.ts";
import { bytesToHex, fixedBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";

const WORD = 32;

/**
 * keccak256 of the digests of the responses complained of, in the order of the complaint: each binds its request, and with it the
 * prompt, the text and the trace, so that nothing else could be shown under the same hash. Throws LloomError REQUEST_INVALID for
 * what is no digest.
 */
export function hashEvidence(responseHashes: readonly Hex[]): Hex {
  const words = new Uint8Array(WORD * responseHashes.length);
  for (const [index, digest] of responseHashes.entries())
    words.set(fixedBytes("responseHash", digest, WORD), WORD * index);
  return bytesToHex(keccak256(words));
}
