import { createHash, randomBytes } from "node:crypto";
import { privateKeyFromRaw, publicKeyFromProtobuf, publicKeyToProtobuf } from "@libp2p/crypto/keys";
import { Signature, SigningKey } from "ethers";
import { expect, test } from "vitest";
import { useNativeSignatures } from "./native-signatures.ts";

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** DER of r and s, written by hand. */
function der(r: bigint, s: bigint): Uint8Array {
  const integer = (value: bigint) => {
    const hex = value.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
    const padded = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(2, padded.length), padded]);
  };
  const body = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

test("native and JavaScript signatures are the same, and judge alike", async ({ skip }) => {
  const cases = Array.from({ length: 20 }, () => {
    const key = privateKeyFromRaw(randomBytes(32));
    const message = randomBytes(50);
    return { key, message };
  });
  const before = await Promise.all(cases.map(({ key, message }) => key.sign(message)));
  skip(!useNativeSignatures(), "no binary for this platform");
  expect(useNativeSignatures()).toBe(true);

  for (const [index, { key, message }] of cases.entries()) {
    const signature = Buffer.from(await key.sign(message));
    expect(signature.equals(Buffer.from(before[index] ?? []))).toBe(true);

    const wallet = new SigningKey(key.raw);
    const { r, s } = Signature.from(wallet.sign(createHash("sha256").update(message).digest()));
    const peer = publicKeyFromProtobuf(publicKeyToProtobuf(key.publicKey));
    expect(await peer.verify(message, der(BigInt(r), BigInt(s)))).toBe(true);
    expect(await peer.verify(message, der(BigInt(r), ORDER - BigInt(s)))).toBe(false);
    expect(await peer.verify(randomBytes(50), signature)).toBe(false);
    expect(await privateKeyFromRaw(randomBytes(32)).publicKey.verify(message, signature)).toBe(false);
  }
});

test("a signature that is none is refused", async () => {
  useNativeSignatures();
  const { publicKey } = privateKeyFromRaw(randomBytes(32));
  for (const signature of [new Uint8Array(0), new Uint8Array(64), randomBytes(71)]) {
    const verdict = await Promise.resolve()
      .then(() => publicKey.verify(randomBytes(10), signature))
      .catch(({ name }) => name);
    expect([false, "VerificationError"]).toContain(verdict);
  }
});
