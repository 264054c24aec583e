import type { Hex } from "@lloom/protocol/commitment-types";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { backoffMs } from "../../primitives/backoff.ts";
import { steadyClock } from "../../primitives/clock.ts";
import type { JurorFinding } from "./judge.ts";
import type { Looked } from "./vote-rules.ts";

export interface JudgingsOptions {
  /** Fetches and measures the evidence of one case. Throws where that cannot be done now. */
  readonly judge: (id: Hex, signal: AbortSignal) => Promise<JurorFinding>;
  /** Longest time after a failure until it is tried again. */
  readonly retryMs: number;
  /** Told why a case cannot be judged now, and with `undefined` that nothing keeps it from that any more. */
  readonly onProblem: (id: Hex, problem: JudgingTrouble | undefined) => void;
  /** Something was found, or not. */
  readonly wake: () => void;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** What keeps a case from being judged, and what can be done about it. */
export interface JudgingTrouble {
  readonly problem: string;
  readonly next: string;
}

const FIRST_RETRY_MS = 10_000;

type Entry =
  | { readonly looked: "pending" | JurorFinding }
  | { readonly looked: "unreachable"; readonly againMs: number };

/** The cases that are being judged: each beside the others, so that no case waits for another's evidence. */
export class Judgings {
  readonly #options: JudgingsOptions;
  readonly #entries = new Map<Hex, Entry>();
  /** Looks in a row that told nothing. */
  readonly #tries = new Map<Hex, number>();
  /** Cases that are looked at once more when the present look has told nothing. */
  readonly #again = new Set<Hex>();
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

  /** More of it may be had now: it is looked at again, at once or when the present look has told nothing. */
  again(id: Hex): void {
    const { looked } = this.#entries.get(id) ?? {};
    if (looked === "pending") this.#again.add(id);
    if (looked !== "unreachable") return;
    this.#entries.delete(id);
    this.#options.wake();
  }

  /** A case that is over, or whose panel was drawn anew. */
  forget(id: Hex): void {
    this.#entries.delete(id);
    this.#tries.delete(id);
    this.#again.delete(id);
    this.#tell(id, undefined);
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

  /** A log that cannot be written keeps no case from being judged. */
  #tell(id: Hex, trouble: JudgingTrouble | undefined): void {
    const { onProblem, log } = this.#options;
    try {
      onProblem(id, trouble);
    } catch (thrown) {
      log.warn({ id, problem: asLloomError(thrown).message }, "what keeps a case from being judged is not noted");
    }
  }

  async #look(id: Hex): Promise<void> {
    const { judge, wake, signal, log } = this.#options;
    try {
      const looked = await judge(id, signal);
      // How it votes is nobody's business before it is revealed.
      log.info({ id, why: looked.why }, "case judged");
      this.#entries.set(id, { looked });
      this.#tell(id, undefined);
    } catch (thrown) {
      const { code, message, next } = asLloomError(thrown);
      if (!signal.aborted) {
        log.warn({ id, code, problem: message, next }, "case cannot be judged yet");
        this.#tell(id, { problem: message, next });
      }
      const pauseMs = this.#again.delete(id) ? 0 : this.#pauseMs(id);
      this.#entries.set(id, { looked: "unreachable", againMs: steadyClock() + pauseMs });
    }
    wake();
  }
}
