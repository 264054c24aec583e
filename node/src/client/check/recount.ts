import type { Hex } from "@lloom/protocol/commitment-types";
import type { Counted, CountQuestion } from "../../backend/counting/count-messages.ts";
import type { FetchPart, Vocabularies } from "../../backend/counting/vocabularies.ts";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";

export interface RecountParts {
  readonly vocabularies: Vocabularies;
  /** Counts by a vocabulary's file; loaded with the first answer that can be counted again. */
  readonly count: (question: CountQuestion) => Promise<Counted>;
  /** How long an answer that is here waits for a vocabulary that is not. */
  readonly waitMs: number;
  readonly log: Log;
}

/** Counts the tokens of one answer again; the vocabulary is fetched and loaded while the answer comes. */
export class Recount {
  readonly #parts: RecountParts;
  readonly #hash: Hex;
  readonly #ready: Promise<string | undefined>;

  constructor(parts: RecountParts, { hash, fetchPart }: { readonly hash: Hex; readonly fetchPart: FetchPart }) {
    this.#parts = parts;
    this.#hash = hash;
    this.#ready = this.#prepare(fetchPart);
  }

  /** The counts; `undefined` if they cannot be had in time: then only bounds can be checked. */
  async counts(question: Omit<CountQuestion, "vocabulary">): Promise<Counted | undefined> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), this.#parts.waitMs);
    try {
      return await Promise.race([this.#count(question), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #count(question: Omit<CountQuestion, "vocabulary">): Promise<Counted | undefined> {
    const vocabulary = await this.#ready;
    return vocabulary === undefined ? undefined : this.#try(() => this.#parts.count({ ...question, vocabulary }));
  }

  /** Fetched, and loaded by counting nothing. */
  #prepare(fetchPart: FetchPart): Promise<string | undefined> {
    return this.#try(async () => {
      const vocabulary = await this.#parts.vocabularies.get(this.#hash, fetchPart);
      await this.#parts.count({ vocabulary, messages: [], asOfSeconds: 0, text: "" });
      return vocabulary;
    });
  }

  async #try<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (thrown) {
      const { code, message } = asLloomError(thrown);
      this.#parts.log.info({ vocabulary: this.#hash, code, problem: message }, "counts are checked by bounds alone");
      return undefined;
    }
  }
}
