/**
 * Merkle trees as in RFC 6962, with keccak256. A leaf is hashed behind a zero byte and a node behind a one byte, so that no
 * node passes for a leaf (no second preimage); a node without a sibling moves up unchanged, so that no leaf is doubled and
 * a list has one root and a root one list.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hex } from "./commitment-types.ts";
import { deliveryTreeFacts } from "./generated/facts.ts";
import { bytesToHex } from "./hex.ts";
import { LloomError } from "./lloom-error.ts";

const HASH_BYTES = 32;
const LEAF = 0;
const NODE = 1;

/** Part of an answer that a forced reveal can put on chain in one transaction. */
export const DELIVERY_CHUNK_BYTES = Number(deliveryTreeFacts.CHUNK_BYTES);

/** Root over the leaves in their order; over none, the hash of nothing. */
export function merkleRoot(leaves: readonly Uint8Array[]): Hex {
  let level = leaves.map(hashLeaf);
  while (level.length > 1) level = parents(level);
  return bytesToHex(level[0] ?? keccak_256(new Uint8Array()));
}

/**
 * Siblings of a leaf, from the leaf up; a level at which its node has none is left out. Throws INTERNAL for a leaf that
 * is not there.
 */
export function merkleProof(leaves: readonly Uint8Array[], index: number): Hex[] {
  if (!Number.isInteger(index) || index < 0 || index >= leaves.length) {
    throw new LloomError("INTERNAL", `Leaf ${index} of ${leaves.length} is not there; count from zero.`);
  }
  const proof: Hex[] = [];
  let level = leaves.map(hashLeaf);
  for (let at = index; level.length > 1; at >>= 1) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) proof.push(bytesToHex(sibling));
    level = parents(level);
  }
  return proof;
}

/** An answer's bytes as a forced reveal shows them: chunks of 4 KiB, the last one as long as it is. */
export function deliveryChunks(bytes: Uint8Array): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += DELIVERY_CHUNK_BYTES) {
    chunks.push(bytes.subarray(at, at + DELIVERY_CHUNK_BYTES));
  }
  return chunks;
}

/** `deliveryHash`: root over 4 KiB chunks of the UTF-8 of all token text, in the order of its sending. */
export function deliveryHash(bytes: Uint8Array): Hex {
  return merkleRoot(deliveryChunks(bytes));
}

function hashLeaf(leaf: Uint8Array): Uint8Array {
  const preimage = new Uint8Array(1 + leaf.length);
  preimage[0] = LEAF;
  preimage.set(leaf, 1);
  return keccak_256(preimage);
}

function parents(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = level.slice(at, at + 2);
    if (left !== undefined) above.push(right === undefined ? left : hashNode(left, right));
  }
  return above;
}

function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  const preimage = new Uint8Array(1 + 2 * HASH_BYTES);
  preimage[0] = NODE;
  preimage.set(left, 1);
  preimage.set(right, 1 + HASH_BYTES);
  return keccak_256(preimage);
}
