import type { Address } from "@lloom/protocol/commitment-types";
import { backoffMs } from "../../primitives/backoff.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { type SteadyClock, steadyClock } from "../../primitives/clock.ts";
import { FairQueue } from "../../primitives/fair-queue.ts";
import { TokenBucket } from "../../primitives/token-bucket.ts";
import type { Chain } from "../chain.ts";
import { readActive, readFrauds, readMember } from "../reads.ts";

/** What an executor has to lose. */
export interface Stake {
  /** At least the minimum, as an executor, and not in jail. */
  readonly active: boolean;
  /** Base units. */
  readonly amount: bigint;
  /** It has registered once, which costs something. Nobody can undo that, so that it is true for every later time. */
  readonly isMember: boolean;
  /** It has cheated its clients lately, as juries found or it admitted; absent: it has not. */
  readonly hasCheated?: boolean;
}

/** How long an answer of the chain is believed. */
const ACTIVE_MS = 300_000;
/** Who is not active may have its transaction on the way; who never becomes it is asked about less and less. */
const INACTIVE = { firstMs: 5_000, longestMs: 60_000 };
/** Each of them costs a registration. */
const MOST_MEMBERS = 16_384;
const MOST_STRANGERS = 4_096;
/** Reads at the same time: of executors that were active when last read, and of all others. */
const MOST_READS = 32;
/** Whoever makes keys must not make this node ask its RPC without end. */
const STRANGER_RATE = { perSecond: 25, burst: 256 };
/** What one peer may have waiting is as much as it tells at once. */
const WAITING = { mostOfOne: 512, most: 8_192 };
/** For so long after a member was read as one, a server that says that somebody is none is believed. */
const BELIEVED_MS = 30_000;
/** While the rate is used up. */
const TURN_MS = 1000 / STRANGER_RATE.perSecond;

/** Whoever asks of itself, as for a question. */
const OWN = "";

export interface StakeViewOptions {
  readonly read: (executor: Address) => Promise<Stake>;
  readonly steady?: SteadyClock;
  readonly peers?: Bringers;
}

/** Those who bring keys. */
export interface Bringers {
  /** It brought a key that the chain was asked about for nothing: that never registered. */
  readonly blame: (source: string) => void;
  /** Whether it did so too often: what it brought and is not read yet never will be, unless others brought it too. */
  readonly isBlamed: (source: string) => boolean;
}

interface Known {
  readonly stake: Stake;
  readonly untilMs: number;
  /** Reads in a row that found nothing at stake. */
  readonly misses: number;
}

/** A key that waits for its first read, or to be read again although there was nothing; in the queue of everybody who brought it. */
interface Waiting {
  readonly executor: Address;
  readonly sources: Set<string>;
  readonly found: PromiseWithResolvers<Stake | undefined>;
  isReading: boolean;
}

/**
 * The stakes of executors: read from the chain once in a while for each, remembered in bounded maps.
 *
 * Who was active is read again at once; those are few, and each costs a stake. All others cost nothing to make, so that they
 * share a rate, and the peers that bring them take turns: a key that an honest peer brings waits for one round of the peers
 * that bring any, whatever the others bring.
 */
export class StakeView {
  readonly #options: StakeViewOptions;
  readonly #steady: SteadyClock;
  readonly #members = new BoundedMap<Address, Known>({ most: MOST_MEMBERS });
  readonly #strangers = new BoundedMap<Address, Known>({ most: MOST_STRANGERS });
  readonly #renewing = new Map<Address, Promise<Stake | undefined>>();
  readonly #rate = new TokenBucket(STRANGER_RATE);
  readonly #queue = new FairQueue<Waiting>(WAITING);
  readonly #waiting = new Map<Address, Waiting>();
  #reads = 0;
  #isToGoOn = false;
  /** When the server last called a member a member, and when it was last tried with one. */
  #memberReadMs = Number.NEGATIVE_INFINITY;
  #triedMs = Number.NEGATIVE_INFINITY;
  #trying: Promise<unknown> | undefined;

  constructor(options: StakeViewOptions) {
    this.#options = options;
    this.#steady = options.steady ?? steadyClock;
  }

  /**
   * Whether it was an active executor when that was last read, at once; `undefined` while nothing is known. One that was is
   * read again if that is due.
   */
  isStaked(executor: Address): boolean | undefined {
    const known = this.#knownOf(executor);
    if (known?.stake.active === true && known.untilMs <= this.#steady()) void this.#renew(executor, known);
    return known?.stake.active;
  }

  /** The same as `get` says it. */
  async learn(executor: Address, source?: string): Promise<boolean | undefined> {
    return (await this.get(executor, source))?.active;
  }

  /**
   * The stake as the chain told it lately, or last if it does not answer now or `source` has too much waiting; `undefined`
   * while nothing is known.
   */
  async get(executor: Address, source: string = OWN): Promise<Stake | undefined> {
    const known = this.#knownOf(executor);
    if (known !== undefined && known.untilMs > this.#steady()) return known.stake;
    if (known?.stake.active === true) return this.#renew(executor, known);
    return this.#wait(executor, source) ?? known?.stake;
  }

  /** What is known of it is out of date: the next who asks has it read again. False if nothing is known. */
  expire(executor: Address): boolean {
    const known = this.#members.peek(executor);
    if (known === undefined) return false;
    this.#members.set(executor, { ...known, untilMs: Number.NEGATIVE_INFINITY });
    return true;
  }

  #knownOf(executor: Address): Known | undefined {
    return this.#members.get(executor) ?? this.#strangers.get(executor);
  }

  #renew(executor: Address, known: Known): Promise<Stake | undefined> | Stake {
    const renewing = this.#renewing.get(executor);
    if (renewing !== undefined) return renewing;
    if (this.#renewing.size >= MOST_READS) return known.stake;
    const read = this.#read(executor).finally(() => this.#renewing.delete(executor));
    this.#renewing.set(executor, read);
    return read;
  }

  /** Puts a key into the queue of who brought it, once; `undefined` if it waits nowhere. */
  #wait(executor: Address, source: string): Promise<Stake | undefined> | undefined {
    const waiting = this.#waiting.get(executor) ?? newWaiting(executor);
    if (!waiting.isReading && !waiting.sources.has(source) && this.#queue.add(source, waiting)) {
      waiting.sources.add(source);
      this.#waiting.set(executor, waiting);
      this.#readOn();
    }
    return this.#waiting.get(executor)?.found.promise;
  }

  /** Reads whose turn it is, as many as may be read now; goes on by itself while anybody waits. */
  #readOn(): void {
    while (this.#reads < MOST_READS && this.#queue.size > 0) {
      if (!this.#rate.take()) {
        this.#goOnLater();
        return;
      }
      const next = this.#nextUnread();
      if (next === undefined) return;
      void this.#serve(next.item, next.source);
    }
  }

  #goOnLater(): void {
    if (this.#isToGoOn) return;
    this.#isToGoOn = true;
    setTimeout(() => {
      this.#isToGoOn = false;
      this.#readOn();
    }, TURN_MS).unref();
  }

  /** What several brought is read at the first one's turn. */
  #nextUnread(): ReturnType<FairQueue<Waiting>["take"]> {
    for (let next = this.#queue.take(); next !== undefined; next = this.#queue.take()) {
      const { item, source } = next;
      if (item.isReading) continue;
      if (this.#options.peers?.isBlamed(source) !== true) return next;
      item.sources.delete(source);
      if (item.sources.size === 0) this.#end(item, this.#knownOf(item.executor)?.stake);
    }
    return undefined;
  }

  #end({ executor, found }: Waiting, stake: Stake | undefined): void {
    this.#waiting.delete(executor);
    found.resolve(stake);
  }

  async #serve(waiting: Waiting, source: string): Promise<void> {
    waiting.isReading = true;
    this.#reads += 1;
    const stake = await this.#read(waiting.executor, source);
    this.#reads -= 1;
    this.#end(waiting, stake);
    this.#readOn();
  }

  /** Never rejects: what is not answered now changes nothing. */
  async #read(executor: Address, source?: string): Promise<Stake | undefined> {
    const { read } = this.#options;
    const known = this.#knownOf(executor);
    try {
      const stake = await read(executor);
      if (stake.isMember) this.#memberReadMs = this.#steady();
      else if (known?.stake.isMember === true) return this.#hold(executor, known);
      const misses = stake.active ? 0 : (known?.misses ?? 0) + 1;
      const believedMs = stake.active ? ACTIVE_MS : backoffMs(misses, INACTIVE);
      const [here, there] = stake.isMember ? [this.#members, this.#strangers] : [this.#strangers, this.#members];
      there.delete(executor);
      here.set(executor, { stake, misses, untilMs: this.#steady() + believedMs });
      if (!stake.isMember && source !== undefined && source !== OWN) void this.#blame(source);
      return stake;
    } catch {
      return known?.stake;
    }
  }

  /** Nobody can undo a registration: a server that knows of none is wrong, far behind, or at another chain. What was known stays. */
  #hold(executor: Address, { stake, misses }: Known): Stake {
    this.#members.set(executor, {
      stake,
      misses: misses + 1,
      untilMs: this.#steady() + backoffMs(misses + 1, INACTIVE),
    });
    return stake;
  }

  /**
   * Holds a key that never registered against who brought it, if the server shows that it knows who did. One that says so of
   * everybody would have this node cut off its honest neighbours.
   */
  async #blame(source: string): Promise<void> {
    const { peers } = this.#options;
    if (peers === undefined) return;
    if (!this.#isBelieved()) await (this.#trying ?? this.#try());
    if (this.#isBelieved()) peers.blame(source);
  }

  #isBelieved(): boolean {
    return this.#steady() - this.#memberReadMs < BELIEVED_MS;
  }

  /** Asks the server about a member; not again at once when that fails. */
  async #try(): Promise<void> {
    const [member] = this.#members.keys();
    if (member === undefined || this.#steady() - this.#triedMs < BELIEVED_MS) return;
    this.#triedMs = this.#steady();
    this.#trying = this.#read(member).finally(() => {
      this.#trying = undefined;
    });
    await this.#trying;
  }
}

const newWaiting = (executor: Address): Waiting => ({
  executor,
  sources: new Set(),
  found: Promise.withResolvers(),
  isReading: false,
});

/** The stakes of a deployment's executors. */
export const openStakeView = (chain: Chain, options: Omit<StakeViewOptions, "read"> = {}): StakeView =>
  new StakeView({
    ...options,
    read: async (executor) => {
      const [active, { role, stake }] = await Promise.all([readActive(chain, executor), readMember(chain, executor)]);
      const isExecutor = role === "executor";
      const hasCheated = isExecutor && (await readFrauds(chain, executor));
      return { active: active && isExecutor, amount: stake, isMember: role !== "none", hasCheated };
    },
  });
