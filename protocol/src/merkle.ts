/**
 * Merkle trees as in RFC 6962, with keccak256. A leaf is hashed behind a zero byte and a node behind a one byte, so that no
 * node passes for a leaf (no second preimage); a node without a sibling moves up unchanged, so that no leaf is doubled and
 * a list has one root and a root one list.
 */

import type { Hex } from "./commitment-types.ts";
import { deliveryTreeFacts } from "./generated/facts.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";
import { LloomError } from "./lloom-error.ts";

const LEAF = 0;
const NODE = 1;

/** Part of an answer that a forced reveal can put on chain in one transaction. */
export const DELIVERY_CHUNK_BYTES = Number(deliveryTreeFacts.CHUNK_BYTES);

/** A tree that is hashed once, however many proofs are asked of it. */
export interface MerkleTree {
  readonly root: Hex;
  /**
   * Siblings of a leaf, from the leaf up; a level at which its node has none is left out. Throws INTERNAL for a leaf that
   * is not there.
   */
  proofOf(index: number): Hex[];
}

/** Hashes between two rests of `growTree`: a few milliseconds. */
const HASHES_AT_A_TIME = 1024;

/** The tree over the leaves in their order; over none, its root is the hash of nothing. Rests again and again on its way. */
export function* growTree(leaves: readonly Uint8Array[]): Generator<void, MerkleTree> {
  let hashes = 0;
  let level: Uint8Array[] = [];
  for (const leaf of leaves) {
    level.push(hashLeaf(leaf));
    if (++hashes % HASHES_AT_A_TIME === 0) yield;
  }
  const levels = [level];
  for (; level.length > 1; levels.push(level)) {
    const above: Uint8Array[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const [left, right] = [level[at], level[at + 1]];
      if (left !== undefined) above.push(right === undefined ? left : hashNode(left, right));
      if (++hashes % HASHES_AT_A_TIME === 0) yield;
    }
    level = above;
  }
  return treeOf(levels, level[0], leaves.length);
}

function treeOf(levels: readonly Uint8Array[][], top: Uint8Array | undefined, total: number): MerkleTree {
  return {
    root: bytesToHex(top ?? keccak256(new Uint8Array())),
    proofOf: (index) => {
      if (!Number.isInteger(index) || index < 0 || index >= total)
        throw new LloomError("INTERNAL", `Leaf ${index} of ${total} is not there; count from zero.`);
      const siblings = levels.map((level, height) => level[Math.floor(index / 2 ** height) ^ 1]);
      return siblings.slice(0, -1).flatMap((sibling) => (sibling === undefined ? [] : [bytesToHex(sibling)]));
    },
  };
}

/** The same tree at once. */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  const growing = growTree(leaves);
  for (;;) {
    const { done, value } = growing.next();
    if (done === true) return value;
  }
}

/** Root over the leaves in their order; over none, the hash of nothing. */
export const merkleRoot = (leaves: readonly Uint8Array[]): Hex => merkleTree(leaves).root;

/** The same root, over leaves that come one by one: at the end only as many hashes are left as the tree has levels. */
export class GrowingRoot {
  /** Whole subtrees, from the left, each larger than the next. */
  readonly #subtrees: { readonly node: Uint8Array; readonly leaves: number }[] = [];

  add(leaf: Uint8Array): void {
    let subtree = { node: hashLeaf(leaf), leaves: 1 };
    for (let left = this.#subtrees.at(-1); left?.leaves === subtree.leaves; left = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      subtree = { node: hashNode(left.node, subtree.node), leaves: 2 * left.leaves };
    }
    this.#subtrees.push(subtree);
  }

  /** Over what has come so far. */
  root(): Hex {
    const nodes = this.#subtrees.map(({ node }) => node);
    const top = nodes.reduceRight<Uint8Array | undefined>(
      (right, left) => (right === undefined ? left : hashNode(left, right)),
      undefined,
    );
    return bytesToHex(top ?? keccak256(new Uint8Array()));
  }
}

/** One leaf's proof; see `MerkleTree`. */
export const merkleProof = (leaves: readonly Uint8Array[], index: number): Hex[] => merkleTree(leaves).proofOf(index);

/** A leaf that claims a place among so many. */
export interface PlacedLeaf {
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly total: number;
  readonly proof: readonly Hex[];
}

/**
 * The root to which a proof leads; `undefined` for one that is not as long as its place asks for. Some places of trees of
 * different sizes have proofs of one form: who must know how many leaves there are asks for the last one, too, and what a
 * leaf says of its place.
 */
export function rootByProof({ leaf, index, total, proof }: PlacedLeaf): Hex | undefined {
  if (index < 0 || index >= total) return undefined;
  let node = hashLeaf(leaf);
  let used = 0;
  for (let [at, width] = [index, total]; width > 1; at = Math.floor(at / 2), width = Math.ceil(width / 2)) {
    if ((at ^ 1) >= width) continue;
    const sibling = proof[used++];
    if (sibling === undefined) return undefined;
    node = at % 2 === 0 ? hashNode(node, hexToBytes(sibling)) : hashNode(hexToBytes(sibling), node);
  }
  return used === proof.length ? bytesToHex(node) : undefined;
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

const hashLeaf = (leaf: Uint8Array): Uint8Array => hashTagged(LEAF, leaf);
const hashNode = (left: Uint8Array, right: Uint8Array): Uint8Array => hashTagged(NODE, left, right);

/** keccak256 of a tag and what follows. */
function hashTagged(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const preimage = new Uint8Array(parts.reduce((length, part) => length + part.length, 1));
  preimage[0] = tag;
  let at = 1;
  for (const part of parts) {
    preimage.set(part, at);
    at += part.length;
  }
  return keccak256(preimage);
}
