import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { hexToBytes } from "@lloom/protocol/hex";
import { signDigest } from "@lloom/protocol/signatures";
import { computeAddress, hexlify } from "ethers";
import { LloomError } from "../errors.ts";
import { type NativeSecp256k1, nativeSecp256k1 } from "./native-secp256k1.ts";

/** The one key of a node: libp2p PeerId, EVM address and signer of commitments. */
export interface Identity {
  readonly address: Address;
  /** 32 bytes. For the libp2p host alone; never logged, never sent. */
  readonly secret: Uint8Array;
  /** Signs a 32-byte digest; low s, deterministic: the same digest always gives the same signature. */
  sign(digest: Hex): CompactSignature;
}

/** How `sign` works: with libsecp256k1, or in JavaScript where there is no binary of it. */
export function digestSigner(
  native: NativeSecp256k1 | undefined,
): (digest: Hex, secret: Uint8Array) => CompactSignature {
  if (native === undefined) return signDigest;
  return (digest, secret) => {
    const { signature, recid } = native.ecdsaSign(hexToBytes(digest), secret);
    // A recovery id above 1 needs an r beyond the curve's order: one signature in 2^127. ERC-2098 cannot express it.
    const vs = Buffer.from(signature.subarray(32));
    vs[0] = (vs[0] ?? 0) | (recid << 7);
    return { r: `0x${Buffer.from(signature.subarray(0, 32)).toString("hex")}`, vs: `0x${vs.toString("hex")}` };
  };
}

const sign = digestSigner(nativeSecp256k1);

/**
 * The identity of a secret key.
 * @param secret 32 bytes, a number from 1 below the curve's order. Copied: later changes of the array have no effect.
 * @throws LloomError KEYSTORE_INVALID when it is no such number.
 */
export function identityFromSecret(secret: Uint8Array): Identity {
  const own = Uint8Array.from(secret);
  return { address: addressOf(own), secret: own, sign: (digest) => sign(digest, own) };
}

function addressOf(secret: Uint8Array): Address {
  try {
    return computeAddress(hexlify(secret)).toLowerCase() as Address;
  } catch {
    // The cause is dropped: its message could hold the key.
    throw new LloomError("KEYSTORE_INVALID", "The key is not a secp256k1 secret of 32 bytes.", {
      next: "Use a key of 64 hex digits, or create a new one with lloom init.",
    });
  }
}
