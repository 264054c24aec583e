import type { Address } from "@lloom/protocol/commitment-types";
import { addressFromPublicKey } from "@lloom/protocol/hex";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { knownPeerId } from "./known-peer-id.ts";

/** Addresses of the peers seen last: decompressing a key costs more than a look. */
const cache = new BoundedMap<string, Address>({ most: 4096 });

/**
 * Wallet address of a peer: its id carries its secp256k1 public key. Throws FRAME_INVALID for an id of another kind; hosts
 * refuse connections of such peers.
 */
export function peerAddress(peerId: string): Address {
  return cache.getOrInsert(peerId, () => addressOf(peerId));
}

function addressOf(peerId: string): Address {
  let key: Uint8Array | undefined;
  try {
    const peer = knownPeerId(peerId);
    key = peer.type === "secp256k1" ? peer.publicKey.raw : undefined;
  } catch (cause) {
    throw new LloomError("FRAME_INVALID", `"${peerId.slice(0, 80)}" is not a peer id.`, { cause });
  }
  if (key === undefined)
    throw new LloomError("FRAME_INVALID", `Peer ${peerId} has no wallet: its key is not secp256k1.`);
  return addressFromPublicKey(key);
}
