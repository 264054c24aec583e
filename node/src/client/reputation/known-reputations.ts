import type { Address } from "@lloom/protocol/commitment-types";
import { type PlacedEvent, replay } from "@lloom/protocol/reputation/epochs-of";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import { asLloomError } from "../../errors.ts";
import type { Indexer } from "../../indexer/indexer.ts";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";
import { orAborted } from "../../primitives/or-aborted.ts";
import { pause } from "../../primitives/pause.ts";
import { draw } from "../choose/draw.ts";
import type { Reputation } from "../choose/reputation.ts";
import { lieAbout, reputationOf, type Word } from "./word.ts";

export interface KnownReputationsParts {
  /** Without one, only who was asked has a reputation. */
  readonly indexer: Pick<Indexer, "origin" | "standings"> | undefined;
  /** What the deployment adds to the formula, from the chain. */
  readonly rules: () => Promise<ReputationRules>;
  /** All events of an executor, from the chain. */
  readonly eventsOf: (executor: Address, signal: AbortSignal) => Promise<readonly PlacedEvent[]>;
  /** The chain's clock, Unix seconds. */
  readonly nowSeconds: () => Promise<bigint>;
  /** Executors whose reputation may decide a choice. */
  readonly executors: () => readonly Address[];
  /** Takes all that is known, anew. */
  readonly onKnown: (reputations: ReadonlyMap<Address, Reputation>) => void;
  readonly intervalMs: number;
  readonly random: () => number;
  readonly log: Log;
}

/** An epoch is asked for once it is so many epochs back: no reorganisation reaches it any more. */
const EPOCHS_BACK = 2n;
/** Executors that were asked and wait to be looked at, and of them those of one round. */
const MOST_WAITING = 64;
const WAITING_AT_ONCE = 4;
/** Executors of which remains what was computed. */
const MOST_COMPUTED = 4_096;
/** Time for one executor's events; what was read meanwhile is kept, and the next look goes on from there. */
const CHECK_MS = 60_000;

/** What this client computed of an executor, and at the end of which epoch. */
interface Computed {
  readonly executor: Address;
  readonly epoch: number;
  readonly reputation: Reputation | undefined;
}

/**
 * What is known of executors: by an index's word, as long as it is not found to lie, and by what this client computes itself from
 * the chain, which alone may speak a report. It computes who was asked, at once the first time and once an epoch then; and of an
 * index's word one drawn from all that could be chosen, named or not, so that nobody can be slandered or left out for long, and
 * one of those that it says are reported. The first figure that is not what the events say ends all belief in this index, for as
 * long as this client runs.
 */
export class KnownReputations {
  readonly #parts: KnownReputationsParts;
  readonly #waiting = new Set<Address>();
  /** In this epoch. */
  readonly #checked = new Set<Address>();
  readonly #computed = new BoundedMap<Address, Computed>({ most: MOST_COMPUTED });
  readonly #checking = new Map<Address, Promise<void>>();
  #epoch = -1;
  #word: Word | undefined;
  #isLiar = false;
  #awake = new AbortController();
  #closing: AbortSignal | undefined;

  constructor(parts: KnownReputationsParts) {
    this.#parts = parts;
  }

  get isLiar(): boolean {
    return this.#isLiar;
  }

  /** Notes that an executor is asked: what it is said to be is looked at, at once if it never was. */
  noteAsked(executor: Address): void {
    if (this.#waiting.has(executor) || this.#waiting.size >= MOST_WAITING) return;
    this.#waiting.add(executor);
    if (!this.#computed.has(executor)) this.#awake.abort();
  }

  /** Looks at an executor now, until the signal aborts: before it is asked although an index reports it. Never rejects. */
  async confirm(executor: Address, signal: AbortSignal): Promise<void> {
    if (this.#checked.has(executor)) return;
    await orAborted(this.#checkNoted(executor, this.#closing ?? signal), signal);
  }

  /** Asks and computes, again and again; never rejects. */
  async keepAsking(signal: AbortSignal): Promise<void> {
    this.#closing = signal;
    while (!signal.aborted) {
      this.#awake = new AbortController();
      await this.askOnce(signal);
      await pause(this.#parts.intervalMs, AbortSignal.any([signal, this.#awake.signal]));
    }
  }

  /** Asks for the newest word, and computes who waits and a sample of the word. Never rejects. */
  async askOnce(signal: AbortSignal): Promise<void> {
    if (this.#parts.indexer === undefined && this.#waiting.size === 0 && this.#reportedBefore.length === 0) return;
    await this.#noting(signal, () => this.#renew(signal));
    for (const executor of this.#sample()) await this.#checkNoted(executor, signal);
  }

  /** Whom this client has found reported in an earlier epoch: it may be better by now. */
  get #reportedBefore(): Address[] {
    return [...this.#computed.values()]
      .filter(({ epoch, reputation }) => reputation?.report !== undefined && epoch !== this.#epoch)
      .map(({ executor }) => executor);
  }

  async #noting(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (signal.aborted) return;
      const { log, indexer } = this.#parts;
      const { code, message } = asLloomError(thrown);
      log.warn({ indexer: indexer?.origin, code, problem: message }, "reputations cannot be asked for or checked");
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { indexer, rules, nowSeconds } = this.#parts;
    const { epochSeconds } = await rules();
    const epoch = Number((await nowSeconds()) / epochSeconds - EPOCHS_BACK);
    if (epoch < 0) return;
    if (this.#epoch !== epoch) this.#checked.clear();
    this.#epoch = epoch;
    for (const executor of this.#waiting) if (this.#checked.has(executor)) this.#waiting.delete(executor);
    if (indexer === undefined || this.#isLiar || this.#word?.epoch === epoch) return;
    this.#word = { epoch, standings: await indexer.standings(epoch, signal) };
    this.#tell();
  }

  #sample(): Address[] {
    const { executors, random } = this.#parts;
    const sample = [...[...this.#waiting].slice(0, WAITING_AT_ONCE), draw(this.#reportedBefore, random)];
    if (this.#word !== undefined) sample.push(draw(executors(), random), draw(this.#reportedByWord(), random));
    return [...new Set(sample)].filter((executor) => executor !== undefined);
  }

  #reportedByWord(): Address[] {
    const known = this.#all();
    return this.#parts.executors().filter((executor) => known.get(executor)?.report === "told");
  }

  /** One look at a time for each. */
  #checkNoted(executor: Address, signal: AbortSignal): Promise<void> {
    const running = this.#checking.get(executor);
    if (running !== undefined) return running;
    const checking = this.#noting(signal, () => this.#check(executor, signal)).finally(() =>
      this.#checking.delete(executor),
    );
    this.#checking.set(executor, checking);
    return checking;
  }

  async #check(executor: Address, signal: AbortSignal): Promise<void> {
    const { rules, eventsOf, log } = this.#parts;
    const epoch = this.#epoch;
    if (epoch < 0) return;
    const wasAsked = this.#waiting.delete(executor);
    const read = eventsOf(executor, AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]));
    const events = await read.catch((cause: unknown) => {
      // After the others, so that one whose events take long keeps nobody from being looked at.
      if (wasAsked) this.#waiting.add(executor);
      throw cause;
    });
    const found = replay(await rules(), { executor, events }).at(BigInt(epoch));
    const reputation = found && reputationOf(found, "computed");
    const wasReported = this.#computed.peek(executor)?.reputation?.report !== undefined;
    this.#computed.set(executor, { executor, epoch, reputation });
    this.#checked.add(executor);
    if (reputation?.report !== undefined && !wasReported)
      log.warn(
        { executor, trust: reputation.trust },
        "audits speak against this executor: it is asked when nobody else is left",
      );
    const lie = this.#word?.epoch === epoch ? lieAbout(this.#word, executor, found) : undefined;
    if (lie !== undefined) {
      this.#isLiar = true;
      this.#word = undefined;
      log.error(
        { indexer: this.#parts.indexer?.origin, ...lie },
        "the indexer lies about a reputation: its word is no longer used",
      );
    }
    this.#tell();
  }

  #tell(): void {
    this.#parts.onKnown(this.#all());
  }

  /** What was computed goes before a word, unless the word is newer; and a report stands until it is computed anew. */
  #all(): Map<Address, Reputation> {
    const word = this.#word;
    const all = new Map(
      [...(word?.standings ?? [])].map(([executor, standing]) => [executor, reputationOf(standing, "told")]),
    );
    for (const { executor, epoch, reputation } of this.#computed.values()) {
      if (word !== undefined && epoch < word.epoch && reputation?.report === undefined) continue;
      if (reputation === undefined) all.delete(executor);
      else all.set(executor, reputation);
    }
    return all;
  }
}
