import type { Hex } from "@lloom/protocol/commitment-types";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import type { AskEvent } from "../client/question.ts";
import { LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { PaidDeployment } from "./answer-facts.ts";
import type { AnswerApi } from "./api.ts";
import type { Asked } from "./asked.ts";
import { CallWatch } from "./call-watch.ts";
import type { GatewaySettings } from "./gateway-options.ts";
import { failureOf } from "./http-problem.ts";
import type { KeyCaller } from "./keys/key-caller.ts";
import type { BegunAnswer, CacheUse, LimitedAsk } from "./limited-ask.ts";
import type { AdmittedCall } from "./x402/admitted-call.ts";

/** What every call is answered with, whoever brings it. */
export interface AnsweringParts {
  readonly limited: LimitedAsk;
  readonly deployment: PaidDeployment;
  readonly log: Log;
  readonly settings: Pick<GatewaySettings, "answerTimeoutMs">;
  /** Aborts when running answers must end. */
  readonly closing: AbortSignal;
}

/** What an answer is begun with. */
export type BeginParts = Pick<AnsweringParts, "limited" | "settings" | "closing">;

/** Who calls, and what ends the answer beside the gateway's own limits. */
export interface AnswerCaller {
  readonly requestId: string;
  readonly caller: KeyCaller | undefined;
  readonly hangUp?: AbortSignal | undefined;
  readonly cache?: CacheUse | undefined;
  /** Of a call that is paid by itself: what its payment covers. */
  readonly paid?: Pick<AdmittedCall, "asked" | "caller" | "until"> | undefined;
}

/** An answer that is measured from its beginning. */
export interface WatchedAnswer extends BegunAnswer {
  /** Of every request that was signed for it so far. */
  readonly requestHashes: readonly Hex[];
}

/** Begins an answer. Throws as `LimitedAsk`. */
export function beginAnswer<Call extends Asked>(
  { limited, settings, closing }: BeginParts,
  { path, idPrefix }: Pick<AnswerApi<Call>, "path" | "idPrefix">,
  call: Call,
  { requestId, caller, hangUp, cache, paid }: AnswerCaller,
): WatchedAnswer {
  const late = new AbortController();
  const { signal: timeout } = late;
  const ends = [hangUp, paid?.until].filter((end) => end !== undefined);
  const signal = AbortSignal.any([...ends, timeout, closing]);
  // One payment buys one answer: it gets none that somebody else has paid, and leaves none to others.
  const begun =
    paid === undefined
      ? limited.begin(call, { idPrefix, signal, caller, cache })
      : limited.begin(paid.asked, { idPrefix, signal, caller: paid.caller, cache: "off" });
  // What was measured when it was bought is not measured again.
  if (begun.cachedAtMs !== undefined) return { ...begun, requestHashes: [] };
  const { model, stream: isStream, choices } = call;
  const watch = new CallWatch({ requestId, route: path, model, isStream, choices });
  // Ended with the answer: one for each answer of the last minutes would be kept.
  const timer = setTimeout(() => late.abort(), settings.answerTimeoutMs).unref();
  const events = explained(begun.events, { timeout, timer, closing, watch });
  return { ...begun, events, requestHashes: watch.requestHashes };
}

interface Ends {
  readonly timeout: AbortSignal;
  readonly timer: NodeJS.Timeout;
  readonly closing: AbortSignal;
  readonly watch: CallWatch;
}

/** The client only knows that it was told to stop; here is known why. */
async function* explained(events: AsyncIterable<AskEvent>, ends: Ends): AsyncGenerator<AskEvent, void> {
  const { watch } = ends;
  let code: ErrorCode | undefined;
  try {
    for await (const event of events) {
      watch.note(event);
      yield event;
    }
  } catch (cause) {
    const error = endOf(cause, ends);
    code = error.code;
    throw error;
  } finally {
    clearTimeout(ends.timer);
    watch.over(code);
  }
}

function endOf(cause: unknown, { timeout, closing }: Pick<Ends, "timeout" | "closing">): LloomError {
  if (closing.aborted)
    return new LloomError("DRAINING", "The gateway shut down before the answer was there.", {
      cause,
      next: "Try again when it is up.",
    });
  if (timeout.aborted) return new LloomError("EXECUTOR_TIMEOUT", "The answer took too long.", { cause });
  return failureOf(cause);
}
