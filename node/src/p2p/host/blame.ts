import type { GossipSub } from "@libp2p/gossipsub";
import type { PeerScore } from "@libp2p/gossipsub/score";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import { BLAME_TOLERANCE } from "../limits.ts";

/** Peers whose faults are remembered. */
const MOST_BLAMED = 4096;
/** Faults beyond what is forgiven at which a peer is blamed; gossipsub ignores its messages from about then on. */
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
  readonly #forgiven = new BoundedMap<string, TokenBucket>({ most: MOST_BLAMED });

  constructor(pubsub: GossipSub, topic: string) {
    this.#pubsub = pubsub as GossipSub & Scoring;
    this.#topic = topic;
  }

  note(peerId: string): void {
    const forgiven = this.#forgiven.getOrInsert(peerId, () => new TokenBucket(BLAME_TOLERANCE));
    if (forgiven.owe(1) > 0) this.#pubsub.score.rejectInvalidMessage(peerId, this.#topic);
  }

  /** What it says of others costs more than it is worth, for now. */
  has(peerId: string): boolean {
    return (this.#forgiven.peek(peerId)?.debt ?? 0) > UNFORGIVEN;
  }
}
