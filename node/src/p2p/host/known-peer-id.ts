import type { PeerId } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import { BoundedMap } from "../../primitives/bounded-map.ts";

/** Ids of the peers seen last: each text read anew decompresses a key, for every answer. */
const known = new BoundedMap<string, PeerId>({ most: 4096 });

/** A peer's id as libp2p has it. Throws what libp2p throws for a text that is none. */
export const knownPeerId = (text: string): PeerId => known.getOrInsert(text, () => peerIdFromString(text));
