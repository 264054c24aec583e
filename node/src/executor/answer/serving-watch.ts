import type { FinishReason, Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { steadyClock } from "../../primitives/clock.ts";
import { PROBES } from "../../primitives/probes.ts";

/** Which request is watched. */
export interface Watched {
  readonly requestHash: Hex;
  readonly model: string;
  readonly backend: string;
}

/** What an answer came to. */
export interface Sold {
  readonly finishReason: FinishReason;
  readonly inboundTokens: number;
  readonly outboundTokens: number;
  /** Base units. */
  readonly cost: bigint;
}

const NOTHING = { finishReason: undefined, inboundTokens: 0, outboundTokens: 0, cost: 0n } as const;

/** Follows one admitted request through its steps, and tells whoever measures at the end. */
export class ServingWatch {
  readonly #watched: Watched;
  readonly #startedAtMs = steadyClock();
  #beganAtMs: number | undefined;
  #firstTextAtMs: number | undefined;
  #lastTextAtMs = 0;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  /** It is the request's turn. */
  began(): void {
    this.#beganAtMs = steadyClock();
  }

  /** A piece of text came. */
  text(): void {
    const nowMs = steadyClock();
    if (this.#firstTextAtMs === undefined) this.#firstTextAtMs = nowMs;
    else PROBES.textGap.tell(nowMs - this.#lastTextAtMs);
    this.#lastTextAtMs = nowMs;
  }

  answered(sold: Sold): void {
    this.#tell(sold, undefined);
  }

  failed(code: ErrorCode): void {
    this.#tell(NOTHING, code);
  }

  #tell(sold: Sold | typeof NOTHING, code: ErrorCode | undefined): void {
    PROBES.served.tell({
      ...this.#watched,
      ...sold,
      code,
      startedAtMs: this.#startedAtMs,
      beganAtMs: this.#beganAtMs,
      firstTextAtMs: this.#firstTextAtMs,
      endedAtMs: steadyClock(),
    });
  }
}
