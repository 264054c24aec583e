import { secp256k1 } from "@noble/curves/secp256k1.js";

/** libp2p's protobuf of a secp256k1 public key: type 2, then 33 bytes. */
const KEY_PREFIX = [0x08, 0x02, 0x12, 0x21];
/** Multihash "identity": short keys are their own hash. */
const IDENTITY_MULTIHASH = 0x00;

/**
 * The libp2p PeerId, as bytes, of the secp256k1 key that is also the wallet: the registry keeps it in this form.
 * Source: libp2p's peer id specification.
 */
export function peerIdBytes(secret: Uint8Array): Uint8Array {
  const key = [...KEY_PREFIX, ...secp256k1.getPublicKey(secret, true)];
  return Uint8Array.from([IDENTITY_MULTIHASH, key.length, ...key]);
}
