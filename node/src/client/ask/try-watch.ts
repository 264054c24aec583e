import type { Address } from "@lloom/protocol/commitment-types";
import { FINISH_REASONS } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { steadyClock } from "../../primitives/clock.ts";
import { PROBES } from "../../primitives/probes.ts";
import type { AttemptTrace } from "./attempt.ts";

/** Whose try is watched. */
interface Tried {
  readonly model: string;
  readonly executor: Address;
  readonly attempt: number;
  readonly trace: AttemptTrace;
}

/** Follows one try, and tells whoever measures when it is over; one that its caller left ends without an answer and a failure. */
export class TryWatch implements Disposable {
  readonly #tried: Tried;
  readonly #startedAtMs = steadyClock();
  #code: ErrorCode | undefined;

  constructor(tried: Tried) {
    this.#tried = tried;
  }

  failed(code: ErrorCode): void {
    this.#code = code;
  }

  [Symbol.dispose](): void {
    if (!PROBES.tried.isHeard) return;
    const { trace, ...tried } = this.#tried;
    const { requestHash, firstTokenMs, receipt } = trace;
    const startedAtMs = this.#startedAtMs;
    PROBES.tried.tell({
      ...tried,
      requestHash,
      startedAtMs,
      firstTextAtMs: firstTokenMs === undefined ? undefined : startedAtMs + firstTokenMs,
      endedAtMs: steadyClock(),
      code: this.#code,
      finishReason: receipt && FINISH_REASONS[Number(receipt.response.finishReason)],
      inboundTokens: Number(receipt?.response.inboundTokens ?? 0n),
      outboundTokens: Number(receipt?.response.outboundTokens ?? 0n),
      cost: receipt === undefined ? 0n : receipt.response.cumulativeCost - receipt.request.ackedCost,
    });
  }
}
