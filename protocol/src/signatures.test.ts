import { secp256k1 } from "@noble/curves/secp256k1.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { Signature, SigningKey } from "ethers";
import { describe, expect, it } from "vitest";
import { seeded } from "../test/seeded.ts";
import type { Hex } from "./commitment-types.ts";
import { addressFromPublicKey, bytesToHex, hexToBytes } from "./hex.ts";
import { recoverAddress, signDigest } from "./signatures.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const secret = new Uint8Array(32).fill(0x11);
const key = new SigningKey(bytesToHex(secret));
const address = addressFromPublicKey(hexToBytes(key.compressedPublicKey));
const digest = bytesToHex(new Uint8Array(32).fill(0xd1));

const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;

/**
 * A digest with a signature of `secret` whose s is one above half the order, which only plain ECDSA takes: the digest is
 * solved for the wanted s, since nearly all larger ones have no room in the compact form.
 */
function highSigned(): { hash: Hex; r: Hex; vs: Hex } {
  const nonce = 7n;
  const { x, y } = secp256k1.Point.BASE.multiply(nonce).toAffine();
  const s = (ORDER >> 1n) + 1n;
  const hash = (((s * nonce - x * BigInt(bytesToHex(secret))) % ORDER) + ORDER) % ORDER;
  return { hash: word(hash), r: word(x), vs: word(s | ((y & 1n) << 255n)) };
}

describe("signDigest and recoverAddress", () => {
  it("sign like ethers, byte for byte, and recover the signer (seed 65)", () => {
    const random = seeded(65);
    for (let round = 0; round < 40; round++) {
      const hash = random.hash();
      const signature = signDigest(hash, secret);
      const { r, yParityAndS } = Signature.from(key.sign(hash));
      expect(signature).toEqual({ r, vs: yParityAndS });
      expect(recoverAddress(hash, signature)).toBe(address);
    }
  });

  it("recover somebody else for another digest", () => {
    const other = bytesToHex(new Uint8Array(32).fill(0xd2));
    expect(recoverAddress(other, signDigest(digest, secret))).not.toBe(address);
  });

  it("refuse a signature whose s is in the upper half, although plain ECDSA takes it", () => {
    const { hash, r, vs } = highSigned();
    const publicKey = secp256k1.getPublicKey(secret);
    const plain = concatBytes(hexToBytes(r), hexToBytes(word(BigInt(vs) & ((1n << 255n) - 1n))));
    expect(secp256k1.verify(plain, hexToBytes(hash), publicKey, { prehash: false, lowS: false })).toBe(true);
    expect(recoverAddress(hash, { r, vs })).toBeUndefined();
  });

  it.each<[string, { r: string; vs: string }]>([
    ["r is zero", { r: word(0n), vs: word(1n) }],
    ["s is zero", { r: word(1n), vs: word(0n) }],
    ["r is the order", { r: word(ORDER), vs: word(1n) }],
    ["r is no x of the curve", { r: word(5n), vs: word(1n) }],
    ["s is just above half the order", { r: signDigest(digest, secret).r, vs: word((ORDER >> 1n) + 1n) }],
    ["r is short", { r: "0x00", vs: word(1n) }],
    ["r has a byte more", { r: `${signDigest(digest, secret).r}00`, vs: signDigest(digest, secret).vs }],
    ["vs lacks its last byte", { r: signDigest(digest, secret).r, vs: signDigest(digest, secret).vs.slice(0, -2) }],
    ["vs is not hex", { r: word(1n), vs: `0x${"zz".repeat(32)}` }],
    ["r lacks its 0x", { r: "00".repeat(33), vs: word(1n) }],
  ])("give nobody when %s", (_, signature) => {
    expect(recoverAddress(digest, signature as { r: Hex; vs: Hex })).toBeUndefined();
  });

  it("give nobody for a digest that is none", () => {
    expect(recoverAddress("0x1234", signDigest(digest, secret))).toBeUndefined();
  });

  it("take s at exactly half the order", () => {
    const { r } = signDigest(digest, secret);
    expect(recoverAddress(digest, { r, vs: word(ORDER >> 1n) })).toMatch(/^0x[0-9a-f]{40}$/);
  });
});
