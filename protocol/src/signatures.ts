import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Address, CompactSignature, Hex } from "./commitment-types.ts";
import { addressFromPublicKey, bytesToHex, hexToBytes } from "./hex.ts";

/** Half of the curve's order: the contract refuses a larger `s`, because then each signature would have a twin. */
export const MAX_S = secp256k1.Point.Fn.ORDER >> 1n;

const HASH_CHARACTERS = 66;
const RECOVERY_BIT = 0x80;

/** Deterministic (RFC 6979), low-s ECDSA over a digest, in pure JavaScript; slower than a native one, same bytes. */
export function signDigest(digest: Hex, secret: Uint8Array): CompactSignature {
  const bytes = secp256k1.sign(hexToBytes(digest), secret, { prehash: false, lowS: true, format: "recovered" });
  const [recovery = 0] = bytes;
  const vs = bytes.slice(33);
  vs[0] = (vs[0] ?? 0) | (recovery === 1 ? RECOVERY_BIT : 0);
  return { r: bytesToHex(bytes.subarray(1, 33)), vs: bytesToHex(vs) };
}

/** The key that signed the digest, compressed; `undefined` for a signature that the contract would not take: malformed, high-s, no point. */
export function recoverPublicKey(digest: Hex, { r, vs }: CompactSignature): Uint8Array | undefined {
  if (r.length !== HASH_CHARACTERS || vs.length !== HASH_CHARACTERS || digest.length !== HASH_CHARACTERS)
    return undefined;
  try {
    const signature = new Uint8Array(65);
    signature.set(hexToBytes(r), 1);
    signature.set(hexToBytes(vs), 33);
    const first = signature[33] ?? 0;
    signature[0] = first >> 7;
    signature[33] = first & ~RECOVERY_BIT;
    const parsed = secp256k1.Signature.fromBytes(signature, "recovered");
    return parsed.s > MAX_S ? undefined : parsed.recoverPublicKey(hexToBytes(digest)).toBytes();
  } catch {
    return undefined;
  }
}

/** Whose account it is. */
export function recoverAddress(digest: Hex, signature: CompactSignature): Address | undefined {
  const key = recoverPublicKey(digest, signature);
  return key && addressFromPublicKey(key);
}

/** A way to recover signers, so that a node can put a native one in the place of `recoverAddress`. */
export type RecoverAddress = typeof recoverAddress;

/** The account of a key. Throws for 32 bytes that are none. */
export const addressOfSecret = (secret: Uint8Array): Address =>
  addressFromPublicKey(secp256k1.getPublicKey(secret, true));
