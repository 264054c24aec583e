import { createRequire } from "node:module";

/** The two calls that the node makes of libsecp256k1. Both throw on malformed input. */
export interface NativeSecp256k1 {
  /** Deterministic (RFC 6979) signature with low s: 64 bytes of r and s, and the recovery id. */
  ecdsaSign(digest: Uint8Array, secret: Uint8Array): { readonly signature: Uint8Array; readonly recid: number };
  /** Public key that made the signature, 65 bytes when not compressed. Accepts high s: the caller must not. */
  ecdsaRecover(signature: Uint8Array, recid: number, digest: Uint8Array, compressed: boolean): Uint8Array;
}

/**
 * libsecp256k1 as prebuilt addon, about fifty times as fast as pure JavaScript. `undefined` on platforms for which the
 * package ships no binary; the package's own fallback (elliptic) is left out on purpose, protocol's functions serve then.
 */
function loadNative(): NativeSecp256k1 | undefined {
  try {
    return createRequire(import.meta.url)("secp256k1/bindings.js");
  } catch {
    return undefined;
  }
}

export const nativeSecp256k1 = loadNative();
