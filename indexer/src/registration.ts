import { type Hex, hexToBytes } from "viem";

const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** Multihash codes that a libp2p PeerId may have: the key itself, or its SHA-256. */
const MULTIHASH_CODES: readonly (number | undefined)[] = [0x00, 0x12];
const SHORTEST = 34;

/**
 * A registered peer id as libp2p writes it (base58btc of the multihash: 16Uiu2…, 12D3Koo…, Qm…). The registry takes any
 * bytes; those that are no multihash come back as the hex that they are.
 */
export function peerIdText(registered: Hex): string {
  const bytes = hexToBytes(registered);
  const isMultihash = MULTIHASH_CODES.includes(bytes[0]) && bytes[1] === bytes.length - 2 && bytes.length >= SHORTEST;
  return isMultihash ? base58(bytes) : registered;
}

function base58(bytes: Uint8Array): string {
  const leadingZeros = bytes.findIndex((byte) => byte !== 0);
  let text = "";
  for (let rest = bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n); rest > 0n; rest /= 58n) {
    text = ALPHABET.charAt(Number(rest % 58n)) + text;
  }
  return ALPHABET.charAt(0).repeat(leadingZeros < 0 ? bytes.length : leadingZeros) + text;
}

/** Registered metadata as text that every database and page can hold: without control characters. */
export const metadataText = (registered: string): string => registered.replace(/\p{Cc}/gu, "");
