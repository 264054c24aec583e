import type { Address, CompactSignature, Hex } from "@lloom/protocol/commitment-types";
import { type RecoverAddress, recoverAddress as recoverInJavaScript } from "@lloom/protocol/signatures";
import { keccak256 } from "ethers";
import { type NativeSecp256k1, nativeSecp256k1 } from "./native-secp256k1.ts";

/** Half of the curve's order: a signature with a greater s is refused (EIP-2), by the contract and here. */
const HALF_ORDER = Buffer.from("7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0", "hex");
const WORD = /^0x[0-9a-f]{64}$/i;

/** Recovery with libsecp256k1, or in JavaScript where there is no binary of it; both answer alike. */
export function addressRecoverer(native: NativeSecp256k1 | undefined): RecoverAddress {
  if (native === undefined) return recoverInJavaScript;
  return (digest: Hex, { r, vs }: CompactSignature): Address | undefined => {
    if (!WORD.test(digest) || !WORD.test(r) || !WORD.test(vs)) return undefined;
    const signature = Buffer.from(r.slice(2) + vs.slice(2), "hex");
    const recoveryBit = (signature[32] ?? 0) >> 7;
    signature[32] = (signature[32] ?? 0) & 0x7f;
    if (signature.compare(HALF_ORDER, 0, 32, 32, 64) > 0) return undefined;
    try {
      const publicKey = native.ecdsaRecover(signature, recoveryBit, Buffer.from(digest.slice(2), "hex"), false);
      // Straight from the key that was just computed: protocol's function would check the point once more.
      return `0x${keccak256(publicKey.subarray(1)).slice(-40)}`;
    } catch {
      return undefined;
    }
  };
}

/** Who signed a digest; `undefined` when the signature is malformed, has a high s, or belongs to no key. */
export const recoverAddress: RecoverAddress = addressRecoverer(nativeSecp256k1);
