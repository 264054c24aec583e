import { describe, expect, it } from "vitest";
import { decodeOutsideText } from "./outside-text.ts";

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
/** Little-endian, as Windows has it. */
const utf16 = (text: string): Uint8Array => bytes(...[...text].flatMap((letter) => [letter.charCodeAt(0), 0]));
const swapped = (text: string): Uint8Array => bytes(...[...text].flatMap((letter) => [0, letter.charCodeAt(0)]));

describe("text from outside", () => {
  it.each(["", "a", "pässwörd 寿司 🧵\r\n", "a\u0301"])("is UTF-8 as it stands: %j", (text) => {
    expect(decodeOutsideText(utf8(text))).toEqual({ text });
  });

  it("loses one byte-order mark, and no more", () => {
    expect(decodeOutsideText(bytes(0xef, 0xbb, 0xbf, ...utf8("{}")))).toEqual({ text: "{}" });
    expect(decodeOutsideText(utf8("\ufeff\ufeffa"))).toEqual({ text: "\ufeffa" });
    expect(decodeOutsideText(utf8("a\ufeff"))).toEqual({ text: "a\ufeff" });
  });

  it.each([
    ["little-endian with a mark", bytes(0xff, 0xfe, ...utf16("secret"))],
    ["big-endian with a mark", bytes(0xfe, 0xff, ...swapped("secret"))],
    ["little-endian without one", utf16("secret\r\n")],
    ["big-endian without one", swapped("secret")],
    ["with a last letter cut", utf16("secret").subarray(0, -1)],
    ["with other letters behind the first 64 bytes", bytes(...utf16("s".repeat(32)), 0xbf, 0x5b)],
  ])("is called UTF-16 where it is that: %s", (_, encoded) => {
    expect(decodeOutsideText(encoded)).toEqual({ problem: "is text in UTF-16, not in UTF-8" });
  });

  it.each([
    ["half of a mark of UTF-16", bytes(0xff, 0x61)],
    ["the other half", bytes(0x61, 0xff)],
    ["half of the other mark", bytes(0xfe, 0x61)],
    ["zeros in every second byte, but for one among the first 64", bytes(...utf16("s".repeat(31)), 0xe9, 0x80)],
    ["Latin-1", bytes(0x50, 0x65, 0x72, 0x63, 0x68, 0xe9)],
    ["a letter cut in the middle", utf8("寿").subarray(0, 2)],
    ["half of a surrogate pair", bytes(0xed, 0xa0, 0x80)],
    ["an overlong form", bytes(0xc0, 0xaf)],
  ])("is not mended: %s", (_, broken) => {
    expect(decodeOutsideText(broken)).toEqual({ problem: "is no text in UTF-8" });
  });
});
