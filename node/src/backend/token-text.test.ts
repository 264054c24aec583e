import { describe, expect, it } from "vitest";
import { createTokenText } from "./token-text.ts";

/** One token per byte: the worst tokenizer there is. */
const bytes = (tokens: readonly number[]): string => new TextDecoder().decode(Uint8Array.from(tokens));
const stream = (tokens: Iterable<number>): string[] => {
  const text = createTokenText(bytes, []);
  return [...tokens].map((token) => text.push(token));
};
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("text of tokens", () => {
  it("waits until a character is whole", () => {
    expect(stream(encode("é😀a"))).toEqual(["", "é", "", "", "", "😀", "a"]);
  });

  it("never shows a replacement character for a text that has none", () => {
    const text = "Zürich 東京 👩‍👩‍👧 ✓ — naïve 🇨🇭";
    expect(stream(encode(text)).join("")).toBe(text);
  });

  it("delivers the whole part of a token that ends in the middle of a character", () => {
    const pieces = [encode("a"), encode("é").slice(0, 1), encode("é").slice(1)];
    const text = createTokenText<Uint8Array>((tokens) => bytes(tokens.flatMap((token) => [...token])), []);
    expect(text.push(Uint8Array.of(...(pieces[0] ?? []), ...(pieces[1] ?? [])))).toBe("a");
    expect(text.push(pieces[2] ?? Uint8Array.of())).toBe("é");
  });

  it("passes on bytes that will never be a character", () => {
    expect(stream([0xff, 0x41]).join("")).toBe("\uFFFDA");
    expect(stream([0x80, 0x80, 0x80, 0x80, 0x80]).join("")).toBe("\uFFFD".repeat(5));
  });
});
