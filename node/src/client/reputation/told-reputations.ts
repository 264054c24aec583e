import type { Address } from "@lloom/protocol/commitment-types";
import type { PlacedEvent } from "@lloom/protocol/reputation/epochs-of";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import { asLloomError } from "../../errors.ts";
import type { Indexer } from "../../indexer/indexer.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../primitives/pause.ts";
import type { Reputation } from "../choose/reputation.ts";
import { lieAbout, reputationsOf, type Word } from "./word.ts";

export interface ToldReputationsParts {
  readonly indexer: Pick<Indexer, "origin" | "standings">;
  /** What the deployment adds to the formula, from the chain. */
  readonly rules: () => Promise<ReputationRules>;
  /** All events of an executor, from the chain. */
  readonly eventsOf: (executor: Address, signal: AbortSignal) => Promise<readonly PlacedEvent[]>;
  /** The chain's clock, Unix seconds. */
  readonly nowSeconds: () => Promise<bigint>;
  /** Executors whose reputation may decide a choice. */
  readonly executors: () => readonly Address[];
  /** Takes the word, or none. */
  readonly onTold: (reputations: ReadonlyMap<Address, Reputation>) => void;
  readonly intervalMs: number;
  readonly random: () => number;
  readonly log: Log;
}

/** An epoch is asked for once it is so many epochs back: no reorganisation reaches it any more. */
const EPOCHS_BACK = 2n;
/** Executors that were asked on the word alone, and wait to be looked at. */
const MOST_WAITING = 64;
/** Time for one executor's events; what was read meanwhile is kept, and the next look goes on from there. */
const CHECK_MS = 60_000;

/**
 * What an index says of executors, as long as it is not found to lie. Of every word two executors are computed from the chain:
 * one drawn from all that could be chosen, named or not, so that nobody can be slandered or left out for long; and one that was
 * asked without having shown anything, since that is where praise pays. The first figure that is not what the events say ends
 * all belief in this index, for as long as this client runs.
 */
export class ToldReputations {
  readonly #parts: ToldReputationsParts;
  readonly #waiting = new Set<Address>();
  readonly #checked = new Set<Address>();
  #word: Word | undefined;
  #isLiar = false;

  constructor(parts: ToldReputationsParts) {
    this.#parts = parts;
  }

  get isLiar(): boolean {
    return this.#isLiar;
  }

  /** Notes that an executor was asked on its name, before it answered anything. */
  noteStranger(executor: Address): void {
    if (this.#isLiar || this.#checked.has(executor) || this.#waiting.size >= MOST_WAITING) return;
    this.#waiting.add(executor);
  }

  /** Asks and checks, again and again; never rejects. Ends with the signal, or with the belief. */
  async keepAsking(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#isLiar) {
      await this.askOnce(signal);
      await pause(this.#parts.intervalMs, signal);
    }
  }

  /** Asks for the newest word, and checks a sample of it. Never rejects. */
  async askOnce(signal: AbortSignal): Promise<void> {
    const { log, indexer } = this.#parts;
    try {
      await this.#renew(signal);
      for (const executor of this.#sample()) if (!this.#isLiar) await this.#check(executor, signal);
    } catch (thrown) {
      if (signal.aborted) return;
      const { code, message } = asLloomError(thrown);
      log.warn({ indexer: indexer.origin, code, problem: message }, "reputations cannot be asked for or checked");
    }
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const { indexer, rules, nowSeconds, onTold } = this.#parts;
    const { epochSeconds } = await rules();
    const epoch = Number((await nowSeconds()) / epochSeconds - EPOCHS_BACK);
    if (epoch < 0 || this.#word?.epoch === epoch) return;
    this.#word = { epoch, standings: await indexer.standings(epoch, signal) };
    this.#checked.clear();
    onTold(reputationsOf(this.#word));
  }

  #sample(): Address[] {
    const { executors, random } = this.#parts;
    const all = executors();
    const drawn = all[Math.min(Math.floor(random() * all.length), all.length - 1)];
    const [asked] = this.#waiting;
    return [...new Set([asked, drawn])].filter((executor) => executor !== undefined);
  }

  async #check(executor: Address, signal: AbortSignal): Promise<void> {
    const { rules, eventsOf, log, indexer, onTold } = this.#parts;
    const word = this.#word;
    if (word === undefined) return;
    this.#waiting.delete(executor);
    const events = await eventsOf(executor, AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]));
    const lie = lieAbout(await rules(), { executor, events, word });
    this.#checked.add(executor);
    if (lie === undefined) return;
    this.#isLiar = true;
    this.#waiting.clear();
    onTold(new Map());
    log.error({ indexer: indexer.origin, ...lie }, "the indexer lies about a reputation: its word is no longer used");
  }
}
