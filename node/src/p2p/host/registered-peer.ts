import { base58btc } from "multiformats/bases/base58";

/** The peer id of its bytes, as the stake registry keeps them. */
export const peerIdOfBytes = (bytes: Uint8Array): string => base58btc.baseEncode(bytes);
