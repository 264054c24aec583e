import { describe, expect, it } from "vitest";
import { parseAddress } from "./addresses.ts";

/** Examples of ERC-55. */
const WITH_CHECKSUM = [
  "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
  "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
  "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
  "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
];
const refusal = (message: RegExp) =>
  expect.objectContaining({ code: "REQUEST_INVALID", message: expect.stringMatching(message) });

describe("an address", () => {
  it.each(WITH_CHECKSUM)("is taken with its checksum, and without one: %s", (address) => {
    const lower = address.toLowerCase();
    expect(parseAddress(address)).toBe(lower);
    expect(parseAddress(lower)).toBe(lower);
    expect(parseAddress(`0x${address.slice(2).toUpperCase()}`)).toBe(lower);
  });

  it("is refused when a digit of it was mistyped", () => {
    expect(() => parseAddress("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAec")).toThrow(refusal(/is mistyped/));
    expect(() => parseAddress("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed")).toThrow(refusal(/is mistyped/));
  });

  it("that is wrong is shown up to its 48th character", () => {
    expect(() => parseAddress("1".repeat(48))).toThrow(refusal(/^"1{48}" is not/));
    expect(() => parseAddress("1".repeat(49))).toThrow(refusal(/^"1{48}…" is not/));
  });

  it.each(["", "0x12", `0x${"1".repeat(41)}`, "1".repeat(42), `0x${"g".repeat(40)}`, ` 0x${"1".repeat(40)}`])(
    "is not %j",
    (text) => expect(() => parseAddress(text)).toThrow(refusal(/is not an address/)),
  );
});
