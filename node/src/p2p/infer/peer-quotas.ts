import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { InferLimits } from "../limits.ts";

/** Peers remembered for their rate; above this, those that took nothing lately are forgotten. */
const REMEMBERED_PEERS = 1024;
/** What parsing a frame costs besides its bytes, so that a flood of tiny ones is slowed down too. */
const FRAME_OVERHEAD_BYTES = 1024;

/** What one peer uses, over all its streams. */
export interface PeerUse {
  streams: number;
  requests: number;
  bytes: number;
  readonly rate: TokenBucket;
  readonly inbound: TokenBucket;
}

const isHeld = ({ streams, requests, rate }: PeerUse): boolean => streams > 0 || requests > 0 || !rate.isFull;

/** Decides what is taken on: streams, requests, bytes; per peer and in total. */
export class PeerQuotas {
  readonly #limits: InferLimits;
  readonly #peers = new BoundedMap<string, PeerUse>({ most: REMEMBERED_PEERS, isHeld });
  #requests = 0;
  #bytes = 0;

  constructor(limits: InferLimits) {
    this.#limits = limits;
  }

  get openRequests(): number {
    return this.#requests;
  }

  /** A stream of the peer; `undefined` if it has too many. */
  openStream(peerId: string): PeerUse | undefined {
    const use = this.#peers.getOrInsert(peerId, () => this.#newUse());
    if (use.streams >= this.#limits.streamsPerPeer) return undefined;
    use.streams += 1;
    return use;
  }

  closeStream(use: PeerUse): void {
    use.streams -= 1;
  }

  /** Milliseconds for which to read nothing more of the peer, after a frame of `bytes`. */
  readDelayMs(use: PeerUse, bytes: number): number {
    return use.inbound.owe(bytes + FRAME_OVERHEAD_BYTES);
  }

  /** Counts a request in, or says why not: RATE_LIMITED for what the peer can change, QUEUE_FULL for what it cannot. */
  openRequest(use: PeerUse, bytes: number): LloomError | undefined {
    const limits = this.#limits;
    if (!use.rate.take()) {
      return new LloomError("RATE_LIMITED", `At most ${limits.requestsPerSecond} unpaid requests per second.`);
    }
    if (use.requests >= limits.requestsPerPeer || use.bytes + bytes > limits.requestBytesPerPeer) {
      return new LloomError("RATE_LIMITED", `At most ${limits.requestsPerPeer} requests of one client at a time.`);
    }
    if (this.#requests >= limits.requestsTotal || this.#bytes + bytes > limits.requestBytesTotal) {
      return new LloomError("QUEUE_FULL", "This executor has all the requests that it takes.");
    }
    use.requests += 1;
    use.bytes += bytes;
    this.#requests += 1;
    this.#bytes += bytes;
    return undefined;
  }

  /** A request ended with an answer that is paid for: no limit on those, beyond what is open at a time. */
  notePaid(use: PeerUse): void {
    use.rate.giveBack();
  }

  closeRequest(use: PeerUse, bytes: number): void {
    use.requests -= 1;
    use.bytes -= bytes;
    this.#requests -= 1;
    this.#bytes -= bytes;
  }

  #newUse(): PeerUse {
    const { requestsPerSecond, requestBurst, inboundBytesPerSecond } = this.#limits;
    return {
      streams: 0,
      requests: 0,
      bytes: 0,
      rate: new TokenBucket({ perSecond: requestsPerSecond, burst: requestBurst }),
      inbound: new TokenBucket({ perSecond: inboundBytesPerSecond, burst: inboundBytesPerSecond }),
    };
  }
}
