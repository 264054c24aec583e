import { privateKeyFromRaw } from "@libp2p/crypto/keys";
import { peerIdFromPrivateKey } from "@libp2p/peer-id";

/** The peer id of whoever holds this key, before it listens anywhere. */
export const secretPeer = (secret: Uint8Array): string => peerIdFromPrivateKey(privateKeyFromRaw(secret)).toString();
