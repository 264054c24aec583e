import type { Hex } from "@lloom/protocol/commitment-types";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { backoffMs } from "../../primitives/backoff.ts";
import { steadyClock } from "../../primitives/clock.ts";
import type { Finding } from "./judge.ts";
import type { Looked } from "./vote-rules.ts";

export interface JudgingsOptions {
  /** Fetches and measures the evidence of one case. Throws where that cannot be done now. */
  readonly judge: (id: Hex, signal: AbortSignal) => Promise<Finding>;
  /** Longest time after a failure until it is tried again. */
  readonly retryMs: number;
  /** Something was found, or not. */
  readonly wake: () => void;
  readonly signal: AbortSignal;
  readonly log: Log;
}

const FIRST_RETRY_MS = 10_000;

type Entry = { readonly looked: "pending" | Finding } | { readonly looked: "unreachable"; readonly againMs: number };

/** The cases that are being judged: each beside the others, so that no case waits for another's evidence. */
export class Judgings {
  readonly #options: JudgingsOptions;
  readonly #entries = new Map<Hex, Entry>();
  /** Looks in a row that told nothing. */
  readonly #tries = new Map<Hex, number>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: JudgingsOptions) {
    this.#options = options;
  }

  /** What has come of a case; `undefined` if it has to be looked at. */
  of(id: Hex): Looked {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    if (entry.looked === "unreachable") return steadyClock() < entry.againMs ? "unreachable" : undefined;
    return entry.looked === "pending" ? "pending" : entry.looked.choice;
  }

  begin(id: Hex): void {
    this.#entries.set(id, { looked: "pending" });
    const running = this.#look(id).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** A case that is over, or whose panel was drawn anew. */
  forget(id: Hex): void {
    this.#entries.delete(id);
    this.#tries.delete(id);
  }

  /** A party that was only asked too much at once gives the rest seconds later; one that is away may be for hours. */
  #pauseMs(id: Hex): number {
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    const { retryMs } = this.#options;
    return backoffMs(tries, { firstMs: Math.min(FIRST_RETRY_MS, retryMs), longestMs: retryMs });
  }

  /** Resolves when nothing runs any more; the signal ends what does. */
  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #look(id: Hex): Promise<void> {
    const { judge, wake, signal, log } = this.#options;
    try {
      const looked = await judge(id, signal);
      // How it votes is nobody's business before it is revealed.
      log.info({ id, why: looked.why }, "case judged");
      this.#entries.set(id, { looked });
    } catch (thrown) {
      const { code, message, next } = asLloomError(thrown);
      if (!signal.aborted) log.warn({ id, code, problem: message, next }, "case cannot be judged yet");
      this.#entries.set(id, { looked: "unreachable", againMs: steadyClock() + this.#pauseMs(id) });
    }
    wake();
  }
}
