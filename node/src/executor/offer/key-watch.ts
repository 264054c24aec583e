import type { Hex, ModelOffer } from "@lloom/protocol/commitment-types";
import type { SignedOffer } from "@lloom/protocol/messages";
import { offerMadeAtMs } from "@lloom/protocol/offers";
import { utcText } from "@lloom/protocol/utc-text";
import { LloomError } from "../../errors.ts";
import type { Clock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";

/** An offer of this key that this process did not make. */
export interface ForeignWord {
  /** By the clock of whoever made it; signed. */
  readonly madeAtMs: number;
  /** When it was last said, as those tell who hold it; not signed. */
  readonly sentAtMs: number;
  readonly validUntilMs: number;
}

export interface KeyWatchOptions {
  /** Asks others for the offers of this key that they hold; only verified ones, none when nobody answers. */
  readonly ask: (signal: AbortSignal) => Promise<readonly SignedOffer[]>;
  readonly hashOffer: (offer: ModelOffer) => Hex;
  /** Whether this process made the offer. */
  readonly isOwn: (offerHash: Hex) => boolean;
  readonly clock: Clock;
  /** How often others are asked while an answer is waited for. */
  readonly pollMs: number;
}

/**
 * Notices another process that works with this key. What others hold of a key is signed by it, so nobody else can feign
 * another one. That no request is answered twice does not rest on this: two processes with one key cannot do that. But they
 * refuse each other's lanes, and each promises the money of channels that the other promises too.
 */
export class KeyWatch {
  readonly #options: KeyWatchOptions;
  /** Words from before are those of earlier runs. */
  #sinceMs: number;

  constructor(options: KeyWatchOptions) {
    this.#options = options;
    this.#sinceMs = options.clock();
  }

  /**
   * Before the first own offer: returns the newest word of this key that the log does not know, if there was one, when it has
   * ended without another after it. What the log does not know was said by a run of which this log is an older copy, or by a
   * process that lives: which of the two, the end of the offer shows, two minutes later at most. Only a signature is proof
   * that somebody lives: those who hold an offer could feign when it was said, and merely make this wait in vain.
   * Throws KEY_IN_USE; CANCELLED at the signal.
   */
  async listen(
    {
      lastWordAtMs,
      onWait,
    }: { readonly lastWordAtMs: number | undefined; readonly onWait: (word: ForeignWord) => void },
    signal: AbortSignal,
  ): Promise<ForeignWord | undefined> {
    const { clock, pollMs } = this.#options;
    this.#sinceMs = Math.max(this.#sinceMs, lastWordAtMs ?? 0);
    const first = await this.#newest(signal);
    if (first === undefined || Math.max(first.madeAtMs, first.sentAtMs) <= (lastWordAtMs ?? -1)) return undefined;
    onWait(first);
    while (clock() <= first.validUntilMs) {
      await pause(pollMs, signal);
      if (signal.aborted) throw new LloomError("CANCELLED", "Stopped while listening for others with this key.");
      const word = await this.#newest(signal);
      if (word !== undefined && word.madeAtMs > first.madeAtMs) throw inUse(word);
    }
    this.#sinceMs = Math.max(this.#sinceMs, first.madeAtMs);
    return first;
  }

  /** While this process serves: the problem, if another one made an offer with this key since this one started. */
  async look(signal: AbortSignal): Promise<LloomError | undefined> {
    const word = await this.#newest(signal);
    return word !== undefined && word.madeAtMs > this.#sinceMs ? inUse(word) : undefined;
  }

  async #newest(signal: AbortSignal): Promise<ForeignWord | undefined> {
    const { ask, hashOffer, isOwn } = this.#options;
    const foreign = (await ask(signal)).filter(({ offer }) => !isOwn(hashOffer(offer)));
    return foreign
      .map(({ offer, sentAt }) => ({
        madeAtMs: offerMadeAtMs(offer),
        sentAtMs: sentAt,
        validUntilMs: Number(offer.validUntil) * 1000,
      }))
      .sort((a, b) => b.madeAtMs - a.madeAtMs || b.sentAtMs - a.sentAtMs)[0];
  }
}

const inUse = ({ madeAtMs }: ForeignWord): LloomError =>
  new LloomError(
    "KEY_IN_USE",
    `Another executor works with this key: it made an offer at ${utcText(madeAtMs / 1000, "iso")}.`,
    {
      next: "Stop one of the two. If this one was restored from a copy or a snapshot, stop the other one first; docs/executor.md says what restoring means.",
    },
  );
