import { concat, hexlify, keccak256 } from "ethers";
import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { hexToBytes } from "./hex.ts";
import {
  DELIVERY_CHUNK_BYTES,
  deliveryChunks,
  deliveryHash,
  GrowingRoot,
  growTree,
  merkleProof,
  merkleRoot,
  merkleTree,
  rootByProof,
} from "./merkle.ts";

const leaf = (bytes: Uint8Array): string => keccak256(concat(["0x00", bytes]));
const node = (left: string, right: string): string => keccak256(concat(["0x01", left, right]));

/** RFC 6962's own definition: split at the largest power of two below the number of leaves. */
function definition(leaves: readonly Uint8Array[]): string {
  const [first] = leaves;
  if (first === undefined) return keccak256("0x");
  if (leaves.length === 1) return leaf(first);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return node(definition(leaves.slice(0, split)), definition(leaves.slice(split)));
}

describe("merkleRoot", () => {
  it("is RFC 6962's tree with keccak256 for every number of leaves up to 33 (seed 6962)", () => {
    const random = seeded(6962);
    for (let count = 0; count <= 33; count++) {
      const leaves = Array.from({ length: count }, () => random.bytes(random.below(70)));
      expect(merkleRoot(leaves)).toBe(definition(leaves));
    }
  });

  it("is keccak256 of leaves of every length around its block of 136 bytes (seed 136)", () => {
    const random = seeded(136);
    for (let length = 0; length <= 280; length++) {
      const one = random.bytes(length);
      expect(merkleRoot([one])).toBe(leaf(one));
    }
  });

  it("does not take a node for a leaf", () => {
    const leaves = [Uint8Array.of(1), Uint8Array.of(2)];
    const [first, second] = leaves.map((bytes) => leaf(bytes));
    const forged = hexToBytes(concat([first ?? "0x", second ?? "0x"]));
    expect(merkleRoot([forged])).not.toBe(merkleRoot(leaves));
  });

  it("does not let the last leaf be doubled", () => {
    const leaves = [1, 2, 3].map((byte) => Uint8Array.of(byte));
    expect(merkleRoot([...leaves, Uint8Array.of(3)])).not.toBe(merkleRoot(leaves));
  });
});

describe("growTree", () => {
  it.each([
    [0, 0],
    [1023, 1],
    [1024, 1],
    [1025, 2],
  ])("over %i leaves rests %i times: once in 1024 hashes and nodes that move up", (count, rests) => {
    const leaves = Array.from({ length: count }, (_, index) => Uint8Array.of(index));
    const growing = growTree(leaves);
    let rested = 0;
    let step = growing.next();
    for (; step.done !== true; step = growing.next()) rested++;
    expect(rested).toBe(rests);
    expect(step.value.root).toBe(definition(leaves));
  });
});

describe("GrowingRoot", () => {
  it("is the root over what has come, after every leaf of up to 70 (seed 9164)", () => {
    const random = seeded(9164);
    const growing = new GrowingRoot();
    const leaves: Uint8Array[] = [];
    expect(growing.root()).toBe(merkleRoot([]));
    for (let count = 1; count <= 70; count++) {
      leaves.push(random.bytes(random.below(70)));
      growing.add(leaves.at(-1) ?? new Uint8Array());
      expect(growing.root()).toBe(merkleRoot(leaves));
    }
  });
});

describe("rootByProof", () => {
  it("leads from every leaf to the root, and from no other place, leaf or proof (seed 9163)", () => {
    const random = seeded(9163);
    for (let total = 1; total <= 33; total++) {
      const leaves = Array.from({ length: total }, () => random.bytes(1 + random.below(70)));
      const { root, proofOf } = merkleTree(leaves);
      for (const [index, leaf] of leaves.entries()) {
        const proof = proofOf(index);
        expect(rootByProof({ leaf, index, total, proof })).toBe(root);
        expect(rootByProof({ leaf: Uint8Array.of(...leaf, 0), index, total, proof })).not.toBe(root);
        expect(rootByProof({ leaf, index, total, proof: [...proof, root] })).toBeUndefined();
        if (proof.length > 0) expect(rootByProof({ leaf, index, total, proof: proof.slice(1) })).toBeUndefined();
        for (const place of leaves.keys())
          if (place !== index) expect(rootByProof({ leaf, index: place, total, proof })).not.toBe(root);
      }
      expect(rootByProof({ leaf: leaves[0] ?? Uint8Array.of(), index: total, total, proof: [] })).toBeUndefined();
      expect(rootByProof({ leaf: leaves[0] ?? Uint8Array.of(), index: -1, total, proof: [] })).toBeUndefined();
    }
  });

  it("does not take a node for a leaf", () => {
    const leaves = [1, 2, 3, 4].map((byte) => Uint8Array.of(byte));
    const { root, proofOf } = merkleTree(leaves);
    const inner = hexToBytes(concat([leaf(leaves[2] ?? Uint8Array.of()), leaf(leaves[3] ?? Uint8Array.of())]));
    expect(rootByProof({ leaf: inner, index: 1, total: 2, proof: proofOf(0).slice(1) })).not.toBe(root);
  });
});

describe("merkleProof", () => {
  /** Siblings on RFC 6962's way down to the leaf. */
  function path(leaves: readonly Uint8Array[], index: number): string[] {
    if (leaves.length === 1) return [];
    let split = 1;
    while (split * 2 < leaves.length) split *= 2;
    const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
    return index < split
      ? [...path(left, index), definition(right)]
      : [...path(right, index - split), definition(left)];
  }

  it("is RFC 6962's path for every leaf of up to 17 leaves (seed 9162)", () => {
    const random = seeded(9162);
    for (let count = 1; count <= 17; count++) {
      const leaves = Array.from({ length: count }, () => random.bytes(random.below(70)));
      for (const index of leaves.keys()) expect(merkleProof(leaves, index)).toEqual(path(leaves, index));
    }
  });

  it.each([-1, 2, 0.5])("refuses leaf %s of 2", (index) => {
    expect(() => merkleProof([Uint8Array.of(1), Uint8Array.of(2)], index)).toThrow(
      expect.objectContaining({ code: "INTERNAL" }),
    );
  });
});

describe("deliveryChunks", () => {
  it("are the bytes, in order, and none for nothing", () => {
    const bytes = seeded(8193).bytes(8_193);
    expect(concat(deliveryChunks(bytes))).toBe(hexlify(bytes));
    expect(deliveryChunks(bytes).map((chunk) => chunk.length)).toEqual([4_096, 4_096, 1]);
    expect(deliveryChunks(new Uint8Array())).toEqual([]);
  });
});

describe("deliveryHash", () => {
  it("cuts the bytes into chunks of 4 KiB, the last one as long as it is", () => {
    const bytes = seeded(4096).bytes(2 * DELIVERY_CHUNK_BYTES + 1);
    const chunks = [bytes.subarray(0, 4096), bytes.subarray(4096, 8192), bytes.subarray(8192)];
    expect(deliveryHash(bytes)).toBe(definition(chunks));
    expect(deliveryHash(bytes.subarray(0, 4096))).toBe(leaf(bytes.subarray(0, 4096)));
  });

  it("of nothing is the hash of nothing", () => {
    expect(deliveryHash(new Uint8Array())).toBe(keccak256("0x"));
  });
});
