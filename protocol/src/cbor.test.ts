import { describe, expect, it } from "vitest";
import { decodeCbor, encodeCbor } from "./cbor.ts";

const TAG_BIGNUM = 0xc2;
const [BYTES, TEXT, LIST, EMPTY_LIST] = [0x40, 0x60, 0x81, 0x80];

const refused = expect.objectContaining({ code: "FRAME_INVALID", cause: expect.any(Error) });
const decoded = (...bytes: readonly number[]): unknown => decodeCbor(Uint8Array.from(bytes));
/** A value inside so many lists or maps, with something beside it in each. */
const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown =>
  Array.from({ length: depth }).reduce<unknown>((inner) => wrap(inner), 0);

describe("containers", () => {
  it("stand sixteen deep inside each other, and no deeper", () => {
    expect(decoded(...Array(15).fill(LIST), EMPTY_LIST)).toEqual(nested(15, (inner) => (inner === 0 ? [[]] : [inner])));
    expect(() => decoded(...Array(16).fill(LIST), EMPTY_LIST)).toThrow(refused);
  });

  it.each<[string, (inner: unknown) => unknown]>([
    ["lists with more behind", (inner) => [1, inner, 2]],
    ["maps with more before", (inner) => ({ a: 1, b: 2, c: inner })],
    ["maps with more behind", (inner) => ({ a: inner, b: 1, c: 2 })],
  ])("are counted as long as they are open: %s", (_, wrap) => {
    const [deepest, tooDeep] = [nested(16, wrap), nested(17, wrap)];
    expect(decodeCbor(encodeCbor(deepest))).toEqual(deepest);
    expect(() => decodeCbor(encodeCbor(tooDeep))).toThrow(refused);
  });

  it("are no longer counted once they are closed", () => {
    const beside = Array.from({ length: 40 }, (_, index) => [
      { a: 1, b: [], c: {} },
      2n ** 64n + BigInt(index),
      [1, 2],
    ]);
    expect(decodeCbor(encodeCbor(beside))).toEqual(beside);
  });

  it("hold 65 536 items in all, and no more", () => {
    const most = Array(65_535).fill(0);
    expect(decodeCbor(encodeCbor(most))).toHaveLength(65_535);
    expect(() => decodeCbor(encodeCbor([...most, 0]))).toThrow(refused);
  });
});

describe("integers above 64 bits", () => {
  it("come out as they went in, up to the largest of 256 bits", () => {
    const values = [2n ** 64n, 2n ** 64n + 1n, 2n ** 68n - 1n, 2n ** 255n, 2n ** 256n - 1n];
    for (const value of values) expect(decodeCbor(encodeCbor(value))).toBe(value);
    expect(encodeCbor(2n ** 64n - 1n)[0]).toBe(0x1b);
    expect(() => decodeCbor(encodeCbor(2n ** 256n))).toThrow(refused);
  });

  it.each<[string, readonly number[]]>([
    ["eight bytes, which a plain integer holds", [BYTES | 8, 1, ...Array(7).fill(0)]],
    ["a zero before its digits", [BYTES | 9, 0, ...Array(8).fill(1)]],
    ["no bytes", [BYTES]],
    ["text", [TEXT | 9, ...Array(9).fill(0x61)]],
    ["a number", [5]],
    ["a list", [0x89, ...Array(9).fill(1)]],
  ])("are not taken from %s", (_, content) => {
    expect(() => decoded(TAG_BIGNUM, ...content)).toThrow(refused);
  });
});

describe("text and absence", () => {
  it("keeps a byte order mark and a replacement character that were sent, and refuses bytes that are no text", () => {
    for (const text of ["\ufeffa", "\ufffd", "a\ufffd\ufeff"])
      expect(decodeCbor(encodeCbor({ text }))).toEqual({ text });
    for (const bytes of [[0xff], [0x61, 0xc3], [0xed, 0xa0, 0x80]])
      expect(() => decoded(TEXT | bytes.length, ...bytes)).toThrow(refused);
  });

  it("leaves out what is undefined, and reads no undefined", () => {
    expect(decodeCbor(encodeCbor({ a: undefined, b: null }))).toEqual({ b: null });
    expect(() => decoded(0xf7)).toThrow(refused);
  });
});
