import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { promisedBy } from "@lloom/protocol/profile";
import type { Log } from "../../log.ts";
import { BoundedMap } from "../../primitives/bounded-map.ts";

/** Weights remembered, and vocabularies of each: two are enough to see that somebody is wrong. */
const MOST_WEIGHTS = 1024;
const MOST_NAMED = 8;
/** An offer is renewed every few seconds: who has not said it again for so long says it no more. */
const FRESH_MS = 600_000;

interface Naming {
  readonly executor: Address;
  readonly atMs: number;
}

/**
 * Which vocabularies executors with a stake name for the same weights. A file of weights has one, so that of two somebody names a
 * wrong one, by which it may count what it likes; who that is only the weights say. So a client that sees two trusts neither
 * more than an executor that names none, and says so.
 */
export class NamedVocabularies {
  readonly #byWeights = new BoundedMap<Hex, BoundedMap<Hex, Naming>>({ most: MOST_WEIGHTS });
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** An executor with a stake offers this. */
  note(signed: SignedOffer, nowMs: number): void {
    const { weightsHash, executor } = signed.offer;
    const { vocabulary } = promisedBy(signed);
    if (vocabulary === undefined || weightsHash === ZERO_HASH) return;
    const wasDisputed = this.isDisputed(weightsHash, nowMs);
    const named = this.#byWeights.getOrInsert(weightsHash, () => new BoundedMap<Hex, Naming>({ most: MOST_NAMED }));
    named.set(vocabulary, { executor, atMs: nowMs });
    if (wasDisputed || !this.isDisputed(weightsHash, nowMs)) return;
    const executors = [...named.values()].map((naming) => naming.executor);
    const vocabularies = [...named.keys()];
    this.#log.warn(
      { weightsHash, vocabularies, executors },
      "executors name different vocabularies for the same weights",
    );
  }

  /** Whether more than one is named for these weights. */
  isDisputed(weightsHash: Hex, nowMs: number): boolean {
    const named = this.#byWeights.peek(weightsHash);
    return named !== undefined && [...named.values()].filter(({ atMs }) => nowMs - atMs < FRESH_MS).length > 1;
  }
}
