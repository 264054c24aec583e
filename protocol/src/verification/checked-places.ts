/** Which places of an answer are compared with a reference's scores. */

import type { Hex } from "../commitment-types.ts";
import { hexToBytes } from "../hex.ts";
import { keccak256 } from "../keccak.ts";
import { leadOf, type ScoredPlace } from "./scored-place.ts";

/** Places that are drawn, and those with the smallest leads that are taken besides: there other weights show first. */
export const CHECKED = { drawn: 16, closest: 4 } as const;

export interface PlacesToDraw {
  /** Digest of the signed response, which binds the trace. */
  readonly responseHash: Hex;
  /** 32 bytes that the executor could not know when it signed: the validator's preimage of the epoch. */
  readonly secret: Hex;
  readonly places: readonly ScoredPlace[];
}

/**
 * Indices of the places to compare, ascending: the draws by keccak256(responseHash, secret, counter), and the closest. Whoever
 * has the revealed secret draws the same. An answer with no more places than that is compared as a whole.
 */
export function checkedPlaces({ responseHash, secret, places }: PlacesToDraw): number[] {
  const all = places.map((_, index) => index);
  if (places.length <= CHECKED.drawn + CHECKED.closest) return all;
  // Of two that are as close the earlier one: sorting keeps their order.
  const closest = all.toSorted((a, b) => leadAt(places, a) - leadAt(places, b)).slice(0, CHECKED.closest);
  const chosen = new Set(closest);
  const rest = all.filter((index) => !chosen.has(index));
  const seed = Uint8Array.of(...hexToBytes(responseHash), ...hexToBytes(secret), 0);
  for (let drawn = 0; drawn < CHECKED.drawn; drawn++) {
    seed[seed.length - 1] = drawn;
    const { buffer, byteOffset } = keccak256(seed);
    const place = new DataView(buffer, byteOffset).getUint32(0) % rest.length;
    for (const index of rest.splice(place, 1)) chosen.add(index);
  }
  return [...chosen].sort((a, b) => a - b);
}

const leadAt = (places: readonly ScoredPlace[], index: number): number => leadOf(places[index] ?? new Map());
