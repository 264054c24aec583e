import { hexlify, keccak256, toUtf8Bytes, ZeroHash } from "ethers";
import { describe, expect, it } from "vitest";
import { hexToBytes } from "../src/hex.ts";
import { parseProfile } from "../src/profile.ts";
import { decodeTraceLeaf } from "../src/trace.ts";
import { rootByDefinition } from "./root-by-definition.ts";
import { traceVectors } from "./traces.ts";

describe("traces.json", () => {
  const { traces, wrongLeaves, profiles } = traceVectors();

  it.each(traces)("has the root of $name", ({ tokens, traceRoot }) => {
    const leaves = tokens.map(({ leaf }) => leaf);
    expect(traceRoot).toBe(leaves.length === 0 ? ZeroHash : rootByDefinition(leaves));
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
    const refusal = { code: "FRAME_INVALID", message: expect.stringMatching(/: \w/) };
    expect(() => decodeTraceLeaf(hexToBytes(bytes))).toThrow(expect.objectContaining(refusal));
  });

  it.each(profiles)("$text is a profile: $valid", ({ text, profileHash, valid }) => {
    expect(keccak256(toUtf8Bytes(text))).toBe(profileHash);
    expect(parseProfile(text) !== undefined).toBe(valid);
  });
});
