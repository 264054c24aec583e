import type { Hex } from "./commitment-types.ts";
import { bytesToHex, hexToBytes } from "./hex.ts";
import { keccak256 } from "./keccak.ts";

/** EIP-712: from the hash of a struct to the digest that is signed, in the domain with this separator. */
export function createDigester(domainSeparator: Hex | Uint8Array): (structHash: Uint8Array) => Hex {
  const preimage = new Uint8Array(66);
  preimage.set([0x19, 0x01]);
  preimage.set(typeof domainSeparator === "string" ? hexToBytes(domainSeparator) : domainSeparator, 2);
  return (structHash) => {
    preimage.set(structHash, 34);
    return bytesToHex(keccak256(preimage));
  };
}
