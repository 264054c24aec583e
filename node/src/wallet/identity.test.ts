import { createHash } from "node:crypto";
import type { CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { recoverAddress as recoverInJavaScript, signDigest } from "@lloom/protocol/signatures";
import { recoverAddress as recoverByEthers, Signature, SigningKey, Wallet } from "ethers";
import { expect, test } from "vitest";
import { digestSigner, identityFromSecret } from "./identity.ts";
import { nativeSecp256k1 } from "./native-secp256k1.ts";
import { addressRecoverer, recoverAddress } from "./recover.ts";

const SEED = "lloom wallet 1";
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const bytes = (label: string, index: number): Buffer =>
  createHash("sha256").update(`${SEED} ${label} ${index}`).digest();
const hex = (value: Uint8Array): Hex => `0x${Buffer.from(value).toString("hex")}`;
const word = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;
const samples = Array.from({ length: 200 }, (_, index) => ({
  secret: bytes("secret", index),
  digest: hex(bytes("digest", index)),
}));

test("has the same address and signatures as ethers and protocol", () => {
  for (const { secret, digest } of samples) {
    const identity = identityFromSecret(secret);
    const signature = identity.sign(digest);
    expect(identity.address).toBe(new Wallet(hex(secret)).address.toLowerCase());
    expect(signature).toEqual(signDigest(digest, secret));
    const { r, yParityAndS } = new SigningKey(secret).sign(digest);
    expect(signature).toEqual({ r, vs: yParityAndS });
  }
});

test("recovers the signer, natively and in JavaScript alike", () => {
  const [native, fallback] = [addressRecoverer(nativeSecp256k1), addressRecoverer(undefined)];
  for (const { secret, digest } of samples) {
    const { address, sign } = identityFromSecret(secret);
    const signature = sign(digest);
    expect(native(digest, signature)).toBe(address);
    expect(fallback(digest, signature)).toBe(address);
    const { r, vs } = signature;
    expect(recoverByEthers(digest, Signature.from({ r, yParityAndS: vs })).toLowerCase()).toBe(address);
  }
});

test("refuses what the contract refuses: high s, zero, beyond the order, malformed", () => {
  const [{ secret, digest } = { secret: bytes("secret", 0), digest: hex(bytes("digest", 0)) }] = samples;
  const { address, sign } = identityFromSecret(secret);
  const { r, vs } = sign(digest);
  const bit = BigInt(vs) >> 255n;
  const refused: Record<string, CompactSignature> = {
    "high s": { r, vs: word((bit << 255n) | (ORDER / 2n + 1n)) },
    "zero r": { r: word(0n), vs },
    "zero s": { r, vs: word(bit << 255n) },
    "r beyond the order": { r: word(ORDER), vs },
    "s beyond the order": { r, vs: word((bit << 255n) | (2n ** 255n - 1n)) },
    "short r": { r: "0x12", vs },
    "no hex": { r: `0x${"zz".repeat(32)}`, vs },
    "no prefix": { r: r.slice(2) as Hex, vs },
  };
  for (const [name, signature] of Object.entries(refused)) {
    expect(recoverAddress(digest, signature), name).toBeUndefined();
    expect(recoverInJavaScript(digest, signature), name).toBeUndefined();
  }
  expect(recoverAddress("0x12", { r, vs })).toBeUndefined();
  expect(recoverAddress(hex(bytes("other", 1)), { r, vs })).not.toBe(address);
});

test("signs without the native library just the same", () => {
  const sign = digestSigner(undefined);
  for (const { secret, digest } of samples.slice(0, 20)) {
    expect(sign(digest, secret)).toEqual(digestSigner(nativeSecp256k1)(digest, secret));
  }
});

test("refuses secrets that are no keys, and keeps them out of the message", () => {
  for (const secret of [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(31).fill(7)]) {
    const refused = expect.objectContaining({
      code: "KEYSTORE_INVALID",
      message: "The key is not a secp256k1 secret of 32 bytes.",
    });
    expect(() => identityFromSecret(secret)).toThrow(refused);
    expect(() => identityFromSecret(secret)).not.toThrow(expect.objectContaining({ cause: expect.anything() }));
  }
});

test("does not change with the array it was made from", () => {
  const secret = bytes("secret", 1);
  const identity = identityFromSecret(secret);
  secret.fill(0);
  expect(identity.secret).toEqual(Uint8Array.from(bytes("secret", 1)));
  expect(recoverAddress(word(5n), identity.sign(word(5n)))).toBe(identity.address);
});
