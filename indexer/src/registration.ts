import { base58btc } from "multiformats/bases/base58";
import { decode } from "multiformats/hashes/digest";
import { identity } from "multiformats/hashes/identity";
import { sha256 } from "multiformats/hashes/sha2";
import { type Hex, hexToBytes } from "viem";

/** What a libp2p PeerId may be: the key itself, or its SHA-256. */
const CODES: readonly number[] = [identity.code, sha256.code];
/** No public key is shorter, nor its hash. */
const SHORTEST = 32;

/**
 * A registered peer id as libp2p writes it (base58btc of the multihash: 16Uiu2…, 12D3Koo…, Qm…). The registry takes any
 * bytes; those that are no multihash come back as the hex that they are.
 */
export function peerIdText(registered: Hex): string {
  const bytes = hexToBytes(registered);
  return isPeerId(bytes) ? base58btc.baseEncode(bytes) : registered;
}

function isPeerId(bytes: Uint8Array): boolean {
  try {
    const { code, digest } = decode(bytes);
    return CODES.includes(code) && digest.length >= SHORTEST;
  } catch {
    // Nor any other multihash.
    return false;
  }
}

/** Registered metadata as text that every database and page can hold: without control characters. */
export const metadataText = (registered: string): string => registered.replace(/\p{Cc}/gu, "");
