import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import type { Secp256k1PrivateKey, Secp256k1PublicKey } from "@libp2p/interface";

type Message = Parameters<Secp256k1PublicKey["verify"]>[0];

/** The calls made of libsecp256k1. All but `ecdsaVerify`'s verdict throw on malformed input. */
interface NativeSecp256k1 {
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { readonly signature: Uint8Array };
  ecdsaVerify(signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array): boolean;
  /** From DER to 64 bytes, and back. */
  signatureImport(der: Uint8Array): Uint8Array;
  signatureExport(signature: Uint8Array): Uint8Array;
}

const native = loadNative();
let installed = false;

/**
 * Lets libp2p's secp256k1 keys sign and verify with libsecp256k1 instead of JavaScript, in the whole process: a gossiped
 * message then costs about 1.5 ms of CPU instead of 5.6, a handshake correspondingly less. libp2p makes its keys itself
 * from what peers send, so the keys' prototypes are the only place for this; what the native code cannot parse is left to
 * libp2p's own functions. Without a prebuilt binary everything stays as it is. Returns whether it is in use.
 */
export function useNativeSignatures(): boolean {
  if (native === undefined || installed) return installed;
  const sample = privateKeyFromRaw(new Uint8Array(32).fill(1));
  if (sample.type !== "secp256k1") return false;
  patchVerify(Object.getPrototypeOf(sample.publicKey), native);
  patchSign(Object.getPrototypeOf(sample), native);
  installed = true;
  return true;
}

function patchVerify(prototype: Secp256k1PublicKey, { ecdsaVerify, signatureImport }: NativeSecp256k1): void {
  const original = prototype.verify;
  prototype.verify = function verify(this: Secp256k1PublicKey, message, signature, options) {
    options?.signal?.throwIfAborted();
    try {
      return ecdsaVerify(signatureImport(signature), sha256(message), this.raw);
    } catch {
      return original.call(this, message, signature, options);
    }
  };
}

function patchSign(prototype: Secp256k1PrivateKey, { ecdsaSign, signatureExport }: NativeSecp256k1): void {
  prototype.sign = function sign(this: Secp256k1PrivateKey, message, options) {
    options?.signal?.throwIfAborted();
    return signatureExport(ecdsaSign(sha256(message), this.raw).signature);
  };
}

function sha256(message: Message): Uint8Array {
  const hash = createHash("sha256");
  for (const part of message instanceof Uint8Array ? [message] : message) hash.update(part);
  return hash.digest();
}

/** `undefined` where the package has no binary; its own fallback is slower than libp2p's code. */
function loadNative(): NativeSecp256k1 | undefined {
  try {
    return createRequire(import.meta.url)("secp256k1/bindings.js");
  } catch {
    return undefined;
  }
}
