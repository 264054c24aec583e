import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import { ZERO_HASH } from "./commitment-types.ts";
import { hexToBytes } from "./hex.ts";
import { merkleRoot } from "./merkle.ts";
import {
  decodeTraceLeaf,
  encodeTraceLeaf,
  LEAST_LOGPROB,
  milliNats,
  packTrace,
  type TokenOdds,
  type TraceToken,
  traceRoot,
  unpackTrace,
} from "./trace.ts";

const odds = (...pairs: readonly (readonly [number, number])[]): TokenOdds[] =>
  pairs.map(([token, logprob]) => ({ token, logprob }));
/** A refusal that says why. */
const refusal = (code: string) => expect.objectContaining({ code, message: expect.stringMatching(/: \w/) });
const SURE: TraceToken = { token: 7, logprob: -1, likeliest: odds([7, -1], [9, -7000]) };

describe("milliNats", () => {
  it.each([
    [0, 0],
    [-0.0004, 0],
    [-0.0006, -1],
    [-1.2345, -1234],
    [1e-7, 0],
    [-40, LEAST_LOGPROB],
    [Number.NEGATIVE_INFINITY, LEAST_LOGPROB],
    [Number.NaN, LEAST_LOGPROB],
  ])("of %d is %d", (nats, milli) => {
    expect(milliNats(nats)).toBe(milli);
  });
});

describe("a leaf", () => {
  it("is what its definition says, byte by byte", () => {
    const bytes = encodeTraceLeaf(SURE, 258);
    expect(bytes).toEqual(
      hexToBytes(
        `0x${["0100", "00000102", "00000007", "ffff", "02", "00000007", "ffff", "00000009", "e4a8"].join("")}`,
      ),
    );
    expect(decodeTraceLeaf(bytes)).toEqual({ ...SURE, index: 258 });
  });

  it("has the likeliest first, of equally likely ones the smaller token, and ten at most", () => {
    const many = odds(...Array.from({ length: 12 }, (_, at) => [12 - at, -5] as const));
    const leaf = decodeTraceLeaf(
      encodeTraceLeaf({ token: 3, logprob: -5, likeliest: [...many, ...odds([40, -1])] }, 0),
    );
    expect(leaf.likeliest).toEqual(odds([40, -1], ...[1, 2, 3, 4, 5, 6, 7, 8, 9].map((token) => [token, -5] as const)));
  });

  it("comes back as it was, with ids and with bytes, for whatever there may be (seed 77)", () => {
    const random = seeded(77);
    for (let round = 0; round < 300; round++) {
      const isBytes = random.below(2) === 0;
      const name = (): number | Uint8Array => (isBytes ? random.bytes(random.below(5)) : Number(random.uint(32)));
      const names = new Map(Array.from({ length: random.below(11) }, name).map((token) => [String(token), token]));
      const likeliest = [...names.values()].map((token) => ({ token, logprob: -random.below(40_000) || 0 }));
      for (const one of likeliest) one.logprob = Math.max(LEAST_LOGPROB, one.logprob);
      likeliest.sort((a, b) => b.logprob - a.logprob);
      const [written = { token: name(), logprob: LEAST_LOGPROB }] = likeliest;
      const bytes = encodeTraceLeaf({ ...written, likeliest }, round);
      const leaf = decodeTraceLeaf(bytes);
      expect(encodeTraceLeaf(leaf, leaf.index)).toEqual(bytes);
      expect(leaf).toMatchObject({ ...written, index: round });
      expect(leaf.likeliest).toHaveLength(likeliest.length);
    }
  });

  it.each<[string, TraceToken]>([
    ["a positive log probability", { token: 1, logprob: 1, likeliest: [] }],
    ["a fraction", { token: 1, logprob: -0.5, likeliest: [] }],
    ["one below the least", { token: 1, logprob: LEAST_LOGPROB - 1, likeliest: [] }],
    ["two names", { token: 1, logprob: -1, likeliest: [{ token: Uint8Array.of(1), logprob: -1 }] }],
    ["a negative token", { token: -1, logprob: -1, likeliest: [] }],
    ["a token of more than 32 bits", { token: 2 ** 32, logprob: -1, likeliest: [] }],
    ["a token twice", { token: 1, logprob: -9, likeliest: odds([2, -1], [2, -3]) }],
    ["a written token that is two things", { token: 2, logprob: -2, likeliest: odds([2, -1]) }],
    ["one that is likelier than the likeliest", { token: 3, logprob: -1, likeliest: odds([2, -2]) }],
    ["a very long token", { token: new Uint8Array(1025), logprob: -1, likeliest: [] }],
  ])("is refused to %s", (_, token) => {
    expect(() => encodeTraceLeaf(token, 0)).toThrow(refusal("REQUEST_INVALID"));
  });

  it("may be of tokens of any length up to the longest, in the order of their bytes", () => {
    const named = (...bytes: readonly number[]): TokenOdds => ({ token: Uint8Array.from(bytes), logprob: -2 });
    const long = Array.from({ length: 6 }, (_, at) => named(...new Uint8Array(1024).fill(at + 1)));
    const likeliest = [named(), named(0), named(0, 0), named(1), ...long];
    const written = { token: new Uint8Array(1024), logprob: -3 };
    const leaf = { ...written, likeliest, index: 0 };
    expect(decodeTraceLeaf(encodeTraceLeaf({ ...written, likeliest: likeliest.toReversed() }, 0))).toEqual(leaf);
  });

  it("may be of a written token that is as likely as the last of the likeliest", () => {
    const leaf = { token: 3, logprob: -2, likeliest: odds([2, -2]), index: 4 };
    expect(decodeTraceLeaf(encodeTraceLeaf(leaf, 4))).toEqual(leaf);
  });

  it("is of no other kind than the two", () => {
    const bytes = encodeTraceLeaf({ token: Uint8Array.of(97), logprob: -1, likeliest: [] }, 0);
    bytes[1] = 2;
    expect(() => decodeTraceLeaf(bytes)).toThrow(refusal("FRAME_INVALID"));
  });
});

describe("traceRoot", () => {
  it("is zero for no trace, and else the Merkle root in the order of the tokens", () => {
    const leaves = [0, 1, 2].map((index) => encodeTraceLeaf(SURE, index));
    expect(traceRoot([])).toBe(ZERO_HASH);
    expect(traceRoot(leaves)).toBe(merkleRoot(leaves));
    expect(traceRoot(leaves.toReversed())).not.toBe(traceRoot(leaves));
  });
});

describe("a packed trace", () => {
  it("gives its leaves back, and none when it is cut", () => {
    const leaves = [0, 1, 2].map((index) => encodeTraceLeaf(SURE, index));
    const packed = packTrace(leaves);
    expect(unpackTrace(packed)).toEqual(leaves);
    expect(unpackTrace(new Uint8Array())).toEqual([]);
    expect(unpackTrace(packTrace([new Uint8Array()]))).toEqual([new Uint8Array()]);
    for (const length of [1, 2, packed.length - 1])
      expect(() => unpackTrace(packed.subarray(0, length))).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });
});
