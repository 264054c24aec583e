/**
 * Merkle trees as in RFC 6962, with keccak256. A leaf is hashed behind a zero byte and a node behind a one byte, so that no
 * node passes for a leaf (no second preimage); a node without a sibling moves up unchanged, so that no leaf is doubled and
 * a list has one root and a root one list.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Hex } from "./commitment-types.ts";
import { bytesToHex } from "./hex.ts";

const HASH_BYTES = 32;
const LEAF = 0;
const NODE = 1;

/** Part of an answer that a forced reveal can put on chain in one transaction. */
export const DELIVERY_CHUNK_BYTES = 4096;

/** Root over the leaves in their order; over none, the hash of nothing. */
export function merkleRoot(leaves: readonly Uint8Array[]): Hex {
  let level = leaves.map(hashLeaf);
  while (level.length > 1) level = parents(level);
  return bytesToHex(level[0] ?? keccak_256(new Uint8Array()));
}

/** `deliveryHash`: root over 4 KiB chunks of the UTF-8 of all token text, in the order of its sending. */
export function deliveryHash(bytes: Uint8Array): Hex {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += DELIVERY_CHUNK_BYTES) {
    chunks.push(bytes.subarray(at, at + DELIVERY_CHUNK_BYTES));
  }
  return merkleRoot(chunks);
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
