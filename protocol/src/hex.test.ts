import { computeAddress, SigningKey } from "ethers";
import { describe, expect, it } from "vitest";
import { addressFromPublicKey, bytesToHex, hexToBytes, isHex } from "./hex.ts";

describe("hex", () => {
  it("prints lower case and reads either case", () => {
    expect(bytesToHex(Uint8Array.of(0, 0xab, 0xff))).toBe("0x00abff");
    expect(hexToBytes("0x00ABff")).toEqual(Uint8Array.of(0, 0xab, 0xff));
    expect(hexToBytes("0x")).toEqual(new Uint8Array());
  });

  it.each(["", "00", "0x0", "0xgg", "0x00\n", "0x 0", "0X00", "a0x00"])("refuses %j", (text) => {
    expect(() => hexToBytes(text)).toThrow(expect.objectContaining({ name: "LloomError", code: "REQUEST_INVALID" }));
  });
});

describe("isHex", () => {
  it("takes lower-case hex of whole bytes, up to so many", () => {
    for (const hex of ["0x00", `0x${"ab".repeat(64)}`]) expect(isHex(hex, 64), hex).toBe(true);
    for (const other of ["0x", "0xabc", "0xAB", "ab", "a0xab", "0xgg", `0x${"ab".repeat(65)}`, 7, null, "0xab\n"])
      expect(isHex(other, 64), String(other)).toBe(false);
  });
});

describe("addressFromPublicKey", () => {
  const key = new SigningKey(`0x${"11".repeat(32)}`);

  it("agrees with ethers for both forms of a key", () => {
    const address = computeAddress(key).toLowerCase();
    expect(addressFromPublicKey(hexToBytes(key.compressedPublicKey))).toBe(address);
    expect(addressFromPublicKey(hexToBytes(key.publicKey))).toBe(address);
  });

  it.each([
    ["no bytes", new Uint8Array()],
    ["a point off the curve", Uint8Array.from({ length: 65 }, (_, index) => (index === 0 ? 4 : 1))],
    ["a key of another length", new Uint8Array(32).fill(1)],
  ])("refuses %s", (_, bytes) => {
    expect(() => addressFromPublicKey(bytes)).toThrow(
      expect.objectContaining({ code: "SIGNATURE_INVALID", cause: expect.any(Error) }),
    );
  });
});
