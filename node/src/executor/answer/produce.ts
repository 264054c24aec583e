import { isEmbedding } from "@lloom/protocol/form/embedding";
import type { Backend, Completion, CompletionEvent } from "../../backend/backend.ts";
import { writeTrace } from "../../backend/trace-writer.ts";
import { LloomError } from "../../errors.ts";
import { AnswerText } from "./answer-text.ts";
import type { Answer } from "./response.ts";

/** One run of the backend. */
export interface Production {
  readonly backend: Backend;
  readonly completion: Completion;
  /** The client cancelled or is gone, or this node shuts down: what was produced until then is the answer. */
  readonly signal: AbortSignal;
  /** The backend may take so long; then the answer fails. */
  readonly timeoutMs: number;
  /** Until the client's deadline; then what was produced is the answer. */
  readonly deadlineMs: number;
  /** Gets the text as it comes, and whether the backend has said that nothing follows it; the backend waits until it resolves. */
  readonly send: (text: string, isLast: boolean) => Promise<void>;
}

/** How long a backend that was told to stop may take to say what it did. */
const STOP_GRACE_MS = 10_000;
/** Text of one answer. Far more than any context holds; a backend that passes it has gone wrong. */
const MOST_ANSWER_UNITS = 16 * 1024 * 1024;
/** What `setTimeout` can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs the backend and passes its text on. A cancelled answer holds what was produced; of vectors only where the client cancelled. No text at all is no answer, however
 * it ended, and there is nothing to charge for: it throws CANCELLED, or DRAINING when this node's shutdown stopped it, or
 * BACKEND_FAILED. Throws BACKEND_TIMEOUT, and what the backend throws.
 */
export async function produce(production: Production): Promise<Answer> {
  const { backend, completion, signal, timeoutMs } = production;
  const stop = new AbortController();
  using _limits = stopAtLimits(stop, production);
  const answer = await collect(backend.complete(completion, stop.signal), production.send, stop.signal);
  if (answer.finishReason !== "cancelled") return withText(answer);
  const { reason } = stop.signal;
  const own = reason instanceof LloomError ? reason.code : undefined;
  // A backend that hangs is this node's own fault: the client does not pay for what it broke.
  if (own === "BACKEND_TIMEOUT") throw reason;
  // Some vectors are worth nothing to whoever did not stop them: who is cut off by this node, or by the deadline, pays for none.
  const isTheClients = signal.aborted && own !== "DRAINING";
  if (answer.text !== "" && (isTheClients || !isEmbedding(completion.sampling))) return answer;
  if (own === "DRAINING") throw reason;
  const why = signal.aborted ? "The client cancelled" : `The backend stopped within ${timeoutMs / 1000} s`;
  throw new LloomError("CANCELLED", `${why} before the first token; nothing is charged.`);
}

/** The answer; throws BACKEND_FAILED if it is none, such as nothing but a call of a tool, or thoughts that nobody is shown. */
function withText(answer: Answer): Answer {
  if (answer.text !== "") return answer;
  const why = answer.finishReason === "length" ? "spent all tokens that the request allows" : "ended";
  throw new LloomError("BACKEND_FAILED", `The backend ${why} without any text; nothing is charged.`);
}

/** Passes on the client's stop, and stops at the deadline and when the backend takes too long. */
function stopAtLimits(stop: AbortController, { signal, timeoutMs, deadlineMs }: Production): Disposable {
  const onSignal = (): void => stop.abort(signal.reason);
  if (signal.aborted) onSignal();
  else signal.addEventListener("abort", onSignal, { once: true });
  // The errors are made when they are needed: each holds where it was made, which costs more than the timer.
  const after = (ms: number, reason: () => LloomError): NodeJS.Timeout =>
    setTimeout(() => stop.abort(reason()), Math.max(0, Math.min(ms, LONGEST_TIMER_MS)));
  const late = (): LloomError =>
    new LloomError("BACKEND_TIMEOUT", `The backend took longer than ${timeoutMs / 1000} s.`);
  const timers = [
    after(timeoutMs, late),
    after(deadlineMs, () => new LloomError("CANCELLED", "The request's deadline has come.")),
  ];
  return {
    [Symbol.dispose]: () => {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener("abort", onSignal);
    },
  };
}

async function collect(
  events: AsyncIterable<CompletionEvent>,
  send: Production["send"],
  stop: AbortSignal,
): Promise<Answer> {
  const iterator = events[Symbol.asyncIterator]();
  try {
    return await read(iterator, send, stop);
  } finally {
    // Lets the backend give back what it holds for this answer. Not awaited: a stuck backend would hold the place.
    void iterator.return?.().catch(() => undefined);
  }
}

async function read(
  iterator: AsyncIterator<CompletionEvent>,
  send: Production["send"],
  stop: AbortSignal,
): Promise<Answer> {
  const text = new AnswerText();
  for (;;) {
    const { done, value } = await nextBefore(iterator, stop);
    if (done === true) throw new LloomError("BACKEND_FAILED", "The backend ended without saying what it did.");
    const pieces = value.type === "text" ? text.add(value.text) : text.flush();
    const isLast = value.type === "end" || value.isLast === true;
    for (const [index, piece] of pieces.entries()) await send(piece, isLast && index === pieces.length - 1);
    if (text.text.length > MOST_ANSWER_UNITS)
      throw new LloomError("BACKEND_FAILED", "The backend's answer is larger than any context.");
    if (value.type === "text") continue;
    const { inboundTokens, outboundTokens, finishReason, trace, written = trace && writeTrace(trace) } = value;
    const answer = { text: text.text, inboundTokens, outboundTokens, finishReason };
    return written === undefined ? answer : { ...answer, trace: written };
  }
}

/** The next event; after a stop only so long as the grace lasts, so that a stuck backend holds nobody's place. */
async function nextBefore(
  iterator: AsyncIterator<CompletionEvent>,
  stop: AbortSignal,
): Promise<IteratorResult<CompletionEvent, undefined>> {
  let timer: NodeJS.Timeout | undefined;
  const giveUp = Promise.withResolvers<never>();
  const onStop = (): void => {
    timer = setTimeout(
      () => giveUp.reject(new LloomError("BACKEND_FAILED", "The backend did not stop when it was told to.")),
      STOP_GRACE_MS,
    );
  };
  if (stop.aborted) onStop();
  else stop.addEventListener("abort", onStop, { once: true });
  try {
    return await Promise.race([iterator.next(), giveUp.promise]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", onStop);
  }
}
