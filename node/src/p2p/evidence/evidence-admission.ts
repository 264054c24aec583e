import type { Hex } from "@lloom/protocol/commitment-types";
import { LloomError } from "../../errors.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { EvidenceServerLimits } from "../limits.ts";

const REMEMBERED_PEERS = 1024;
/** Of which it is known how often their clients have asked. */
const REMEMBERED_ANSWERS = 16_384;
/** A stream on which nothing is asked costs this part of what a peer may ask at once: it is soon refused. */
const SILENCE_PART = 4;
/** Part of the places that only peers get that have none. */
const FIRST_PLACES_PART = 4;

/** What one peer uses, over all its streams. */
interface PeerAsks {
  streams: number;
  places: number;
  readonly rate: TokenBucket;
  /** Of what it paid for. */
  readonly free: TokenBucket;
}

/** One stream, from its opening to its end. */
export interface Visit {
  readonly peerId: string;
  readonly peer: PeerAsks;
  /** Ends it at once. */
  readonly cut: (problem: LloomError) => void;
  stage: "silent" | "asking" | "waiting" | "placed" | "answered";
  /** Cut to make room: its silence is not held against its peer. */
  isCut: boolean;
  place: PromiseWithResolvers<void> | undefined;
}

/** Why a stream is not taken. */
export interface TurnedAway {
  readonly problem: LloomError;
  /** Whether the peer is told, which costs a frame; who opens streams and says nothing is not. */
  readonly isTold: boolean;
}

export interface EvidenceAdmissionParts {
  readonly limits: EvidenceServerLimits;
  /** Whether the peer does business here. */
  readonly knows: (peerId: string) => boolean;
}

/**
 * Who may come in, and who is answered next. Opening a stream costs what a question costs, and saying nothing on it many times that.
 * A client's first questions about each answer that it paid for cost nothing.
 * A place, which holds an answer in memory, is given to nobody who has no right to one; who has none comes before who has some. Of
 * streams without a place there are so many at a time; then one that says nothing, of a stranger with most of them, makes room.
 */
export class EvidenceAdmission {
  readonly #parts: EvidenceAdmissionParts;
  readonly #peers = new BoundedMap<string, PeerAsks>({
    most: REMEMBERED_PEERS,
    isHeld: ({ streams, rate, free }) => streams > 0 || !rate.isFull || !free.isFull,
  });
  readonly #askedFree = new BoundedMap<Hex, number>({ most: REMEMBERED_ANSWERS });
  /** Without a place, in the order of their coming. */
  readonly #outside = new Set<Visit>();
  #taken = 0;

  constructor(parts: EvidenceAdmissionParts) {
    this.#parts = parts;
  }

  /** Counts a stream in, or says why not. */
  open(peerId: string, cut: Visit["cut"]): Visit | TurnedAway {
    const { asksPerPeer, outsideTotal } = this.#parts.limits;
    const peer = this.#peers.getOrInsert(peerId, () => this.#newPeer());
    if (!peer.rate.take()) return { problem: limited("Too many questions."), isTold: peer.rate.debt === 0 };
    if (peer.streams >= asksPerPeer) return { problem: limited("Too many questions at a time."), isTold: false };
    const visit: Visit = { peerId, peer, cut, stage: "silent", isCut: false, place: undefined };
    peer.streams += 1;
    this.#outside.add(visit);
    if (this.#outside.size > outsideTotal) this.#makeRoom();
    return visit;
  }

  /** The question is here. */
  asked(visit: Visit): void {
    if (visit.stage === "silent") visit.stage = "asking";
  }

  /**
   * Resolves once there is a place for an answer, for who has a right to it. Throws RATE_LIMITED if there is none for long.
   * `paid`: the request whose answer this peer has paid for; so many questions about each do not count.
   */
  place(visit: Visit, paid?: Hex): Promise<void> {
    if (visit.stage !== "asking") return visit.place?.promise ?? Promise.resolve();
    visit.stage = "waiting";
    if (paid !== undefined) this.#giveBack(visit.peer, paid);
    const place = Promise.withResolvers<void>();
    visit.place = place;
    this.#serve();
    const busy = (): void => place.reject(limited("All places are taken just now."));
    const timer = setTimeout(busy, this.#parts.limits.waitMs);
    return place.promise.finally(() => clearTimeout(timer));
  }

  /** All is said; what is left is to hear that the peer has it. */
  answered(visit: Visit): void {
    if (visit.stage === "placed") this.#release(visit);
    visit.stage = "answered";
    this.#serve();
  }

  /** The stream is gone. */
  close(visit: Visit): void {
    const { peer, stage, isCut, place } = visit;
    if (stage === "silent" && !isCut) peer.rate.owe(this.#parts.limits.askBurst / SILENCE_PART);
    if (stage === "placed") this.#release(visit);
    place?.reject(new LloomError("STREAM_INTERRUPTED", "Who asked is gone."));
    this.#outside.delete(visit);
    visit.stage = "answered";
    peer.streams -= 1;
    this.#serve();
  }

  #newPeer(): PeerAsks {
    const { asksPerSecond, askBurst, freeAsksPerSecond, freeAskBurst } = this.#parts.limits;
    return {
      ...{ streams: 0, places: 0 },
      rate: new TokenBucket({ perSecond: asksPerSecond, burst: askBurst }),
      free: new TokenBucket({ perSecond: freeAsksPerSecond, burst: freeAskBurst }),
    };
  }

  /** The opening has been counted, when nobody knew yet what would be asked. */
  #giveBack({ rate, free }: PeerAsks, paid: Hex): void {
    const asked = this.#askedFree.get(paid) ?? 0;
    if (asked >= this.#parts.limits.freeAsksPerAnswer || !free.take()) return;
    this.#askedFree.set(paid, asked + 1);
    rate.giveBack();
  }

  #release(visit: Visit): void {
    visit.peer.places -= 1;
    this.#taken -= 1;
    this.#outside.add(visit);
  }

  #serve(): void {
    for (;;) {
      const next = this.#next();
      if (next === undefined) return;
      next.stage = "placed";
      next.peer.places += 1;
      this.#taken += 1;
      this.#outside.delete(next);
      next.place?.resolve();
    }
  }

  /** Whose peer has the fewest places; of them, who came first. */
  #next(): Visit | undefined {
    let next: Visit | undefined;
    for (const visit of this.#outside)
      if (
        visit.stage === "waiting" &&
        this.#hasPlaceFor(visit.peer) &&
        visit.peer.places < (next?.peer.places ?? Infinity)
      )
        next = visit;
    return next;
  }

  #hasPlaceFor({ places }: PeerAsks): boolean {
    const { asksTotal } = this.#parts.limits;
    const kept = places === 0 ? 0 : Math.floor(asksTotal / FIRST_PLACES_PART);
    return asksTotal - this.#taken > kept;
  }

  #makeRoom(): void {
    let least: Visit | undefined;
    for (const visit of this.#outside) if (least === undefined || this.#isLess(visit, least)) least = visit;
    if (least === undefined) return;
    least.isCut = true;
    this.#outside.delete(least);
    least.cut(limited("Too many ask for evidence just now."));
  }

  /** Whether one makes room before another, which came earlier. */
  #isLess(one: Visit, other: Visit): boolean {
    const [rank, otherRank] = [this.#rank(one), this.#rank(other)];
    return rank === otherRank ? one.peer.streams > other.peer.streams : rank < otherRank;
  }

  /** What a stranger was refused is no reason to keep it; what somebody with a right was told, it may not have read yet. */
  #rank({ stage, peerId, place }: Visit): number {
    if (stage === "waiting") return 3;
    if (place !== undefined || this.#parts.knows(peerId)) return 2;
    return stage === "asking" ? 1 : 0;
  }
}

const limited = (message: string): LloomError => new LloomError("RATE_LIMITED", message);
