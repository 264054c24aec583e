import type { Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { type Answered, type AskEvent, paidFor } from "../client/question.ts";
import { steadyClock } from "../primitives/clock.ts";
import { PROBES } from "../primitives/probes.ts";

/** Which call is watched. */
export interface WatchedCall {
  readonly requestId: string;
  /** Path of the API that was called. */
  readonly route: string;
  readonly model: string;
  readonly isStream: boolean;
  /** How many answers it asks for. */
  readonly choices: number;
}

/** Follows one call that was let in, and tells whoever measures when it begins and when it is over. */
export class CallWatch {
  readonly #call: WatchedCall;
  readonly #startedAtMs = steadyClock();
  readonly #requestHashes: Hex[] = [];
  #firstTextAtMs: number | undefined;
  #lastTextAtMs = 0;
  readonly #ends: Answered[] = [];

  constructor(call: WatchedCall) {
    this.#call = call;
    PROBES.callBegan.tell();
  }

  /** Of every request that was signed for the call, in this order. */
  get requestHashes(): readonly Hex[] {
    return this.#requestHashes;
  }

  /** Something is about to be passed on. */
  note(event: AskEvent): void {
    if (event.type === "signed") this.#requestHashes.push(event.requestHash);
    if (event.type === "end") this.#ends.push(event);
    // Of several answers side by side the first one tells how fast they come.
    if (event.type !== "text" || (event.choice ?? 0) > 0) return;
    const nowMs = steadyClock();
    if (this.#firstTextAtMs === undefined) this.#firstTextAtMs = nowMs;
    else PROBES.textGap.tell(nowMs - this.#lastTextAtMs);
    this.#lastTextAtMs = nowMs;
  }

  /** It is over; `code` says why it failed. Who left before the end has cancelled. */
  over(code?: ErrorCode): void {
    const ends = this.#ends;
    const { choices, ...call } = this.#call;
    const cancelled = ends.length < choices ? "CANCELLED" : undefined;
    PROBES.called.tell({
      ...call,
      requestHashes: this.#requestHashes,
      startedAtMs: this.#startedAtMs,
      firstTextAtMs: this.#firstTextAtMs,
      endedAtMs: steadyClock(),
      code: code ?? cancelled,
      finishReason: ends[0]?.finishReason,
      inboundTokens: ends.reduce((sum, { inboundTokens }) => sum + inboundTokens, 0),
      outboundTokens: ends.reduce((sum, { outboundTokens }) => sum + outboundTokens, 0),
      cost: ends.reduce((sum, end) => sum + paidFor(end), 0n),
    });
  }
}
