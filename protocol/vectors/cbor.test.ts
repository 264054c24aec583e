import { describe, expect, it } from "vitest";
import { decodeCbor, encodeCbor } from "../src/cbor.ts";
import { bytesToHex, hexToBytes } from "../src/hex.ts";
import { cborVectors } from "./cbor.ts";

const { right, taken, refused } = cborVectors();
const decoded = (cbor: string): unknown => decodeCbor(hexToBytes(cbor as `0x${string}`));

describe("cbor.json", () => {
  it.each(right)("has $means, which comes out in the same bytes", ({ cbor }) => {
    expect(bytesToHex(encodeCbor(decoded(cbor)))).toBe(cbor);
  });

  it.each(taken)("has $means, which is taken, and written as it should be", ({ cbor, written }) => {
    expect(bytesToHex(encodeCbor(decoded(cbor)))).toBe(written);
  });

  it.each(refused)("has what is refused: $why", ({ cbor }) => {
    expect(() => decoded(cbor)).toThrow(expect.objectContaining({ code: "FRAME_INVALID" }));
  });
});
