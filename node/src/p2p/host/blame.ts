import type { GossipSub } from "@libp2p/gossipsub";
import type { PeerScore } from "@libp2p/gossipsub/score";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import { BLAME_TOLERANCE } from "../limits.ts";
import { BanList } from "./bans.ts";

/** Peers whose faults are remembered. */
const MOST_BLAMED = 4096;
/** Faults beyond what is forgiven after which a peer is blamed; gossipsub ignores its messages from about then on. */
const UNFORGIVEN = 9;

/** How gossipsub scores peers; of its class, not of its interface. */
interface Scoring {
  readonly score: Pick<PeerScore, "rejectInvalidMessage">;
}

/**
 * What peers passed on that they should not have. A few faults are forgiven: a server of the chain may lag behind another.
 * Each beyond counts like an invalid message, and soon nothing that the peer gossips is looked at, for minutes.
 */
export class Blame {
  readonly #pubsub: GossipSub & Scoring;
  readonly #topic: string;
  readonly #blamed: BanList;
  readonly #forgiven = new BoundedMap<string, TokenBucket>({ most: MOST_BLAMED });

  constructor(pubsub: GossipSub, { topic, blameMs }: { readonly topic: string; readonly blameMs: number }) {
    this.#pubsub = pubsub as GossipSub & Scoring;
    this.#topic = topic;
    this.#blamed = new BanList(blameMs);
  }

  note(peerId: string): void {
    const forgiven = this.#forgiven.getOrInsert(peerId, () => new TokenBucket(BLAME_TOLERANCE));
    if (forgiven.owe(1) === 0) return;
    this.#pubsub.score.rejectInvalidMessage(peerId, this.#topic);
    if (forgiven.debt > UNFORGIVEN) this.#blamed.add(peerId);
  }

  /** What it says of others costs more than it is worth, for a while. */
  has(peerId: string): boolean {
    return this.#blamed.has(peerId);
  }
}
