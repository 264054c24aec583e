import { randomBytes } from "node:crypto";
import { keccak256, useKeccak } from "@lloom/protocol/keccak";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { keccak256 as ofEthers } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { useFastKeccak } from "./fast-keccak.ts";

/** Around the 136 bytes of a block, and around what is copied into WebAssembly at once. */
const LENGTHS = [0, 1, 31, 32, 64, 135, 136, 137, 271, 272, 273, 512, 16_383, 16_384, 16_385, 100_000];

beforeAll(() => useFastKeccak());
afterAll(() => {
  useKeccak(keccak_256);
  ofEthers.register(ofEthers._);
});

it.each(LENGTHS)("hashes %i bytes as JavaScript does", (length) => {
  for (const data of [
    new Uint8Array(length),
    new Uint8Array(length).fill(0xff),
    Uint8Array.from(randomBytes(length)),
  ]) {
    expect(keccak256(data)).toEqual(keccak_256(data));
    expect(ofEthers(data)).toBe(`0x${Buffer.from(keccak_256(data)).toString("hex")}`);
  }
});

it("keeps a hash that was given out, whatever is hashed next", () => {
  const [first, second] = [keccak256(Uint8Array.of(1)), keccak256(Uint8Array.of(2))];
  expect([first, second]).toEqual([keccak_256(Uint8Array.of(1)), keccak_256(Uint8Array.of(2))]);
});
