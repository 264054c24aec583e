import { concat, hexlify, keccak256, toUtf8Bytes } from "ethers";
import { describe, expect, it } from "vitest";
import { hexToBytes } from "../src/hex.ts";
import { parseProfile } from "../src/profile.ts";
import { decodeTraceLeaf } from "../src/trace.ts";
import { traceVectors } from "./traces.ts";

describe("traces.json", () => {
  const { traces, wrongLeaves, profiles } = traceVectors();
  const leafHash = (leaf: string): string => keccak256(concat(["0x00", leaf]));
  /** By RFC 6962: a node without a sibling moves up. */
  const rootOf = (hashes: readonly string[]): string => {
    const [first = `0x${"00".repeat(32)}`, second] = hashes;
    if (second === undefined) return first;
    const above = hashes
      .filter((_, at) => at % 2 === 0)
      .map((left, at) => {
        const right = hashes[2 * at + 1];
        return right === undefined ? left : keccak256(concat(["0x01", left, right]));
      });
    return rootOf(above);
  };

  it.each(traces)("has the root of $name", ({ tokens, traceRoot }) => {
    expect(rootOf(tokens.map(({ leaf }) => leafHash(leaf)))).toBe(traceRoot);
  });

  it.each(traces.flatMap(({ tokens }) => tokens))(
    "has the leaf of token $token, $logprob",
    ({ leaf, token, logprob, likeliest }) => {
      const read = decodeTraceLeaf(hexToBytes(leaf));
      const shown = (name: number | Uint8Array) => (typeof name === "number" ? name : hexlify(name));
      expect([shown(read.token), read.logprob]).toEqual([token, logprob]);
      expect(read.likeliest.map((one) => ({ token: shown(one.token), logprob: one.logprob }))).toEqual(likeliest);
    },
  );

  it.each(wrongLeaves)("has no leaf in $why", ({ bytes }) => {
    expect(() => decodeTraceLeaf(hexToBytes(bytes))).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });

  it.each(profiles)("$text is a profile: $valid", ({ text, profileHash, valid }) => {
    expect(keccak256(toUtf8Bytes(text))).toBe(profileHash);
    expect(parseProfile(text) !== undefined).toBe(valid);
  });
});
