import type { Hex } from "@lloom/protocol/commitment-types";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { asLloomError, LloomError } from "../../errors.ts";
import { checkQuestion } from "../check/check-question.ts";
import type { Candidate } from "../choose/choose.ts";
import { consequenceOf, isBelieved } from "../choose/failover.ts";
import type { AskEvent, Question } from "../question.ts";
import type { AskParts, AskState, SharedQuestion } from "./ask-state.ts";
import { type AttemptTrace, attemptAt } from "./attempt.ts";
import { believed, canPay, isHeldBack, patienceFor, pick } from "./pick.ts";
import { TryWatch } from "./try-watch.ts";

/**
 * Answers a question: chooses an executor, pays it by signature, passes its text on, and ends with the receipt. When it fails
 * before any text was passed on, the next one is tried; the first has been cancelled, and what it might still sign counts
 * against its channel until it can no longer be settled. After that there is no second try: STREAM_INTERRUPTED.
 * What an executor says of the question decides nothing alone, and every failure counts against who failed.
 * Throws LloomError.
 */
export async function* ask(
  parts: AskParts,
  question: Question,
  signal: AbortSignal,
  shared: SharedQuestion = { taken: new Set() },
): AsyncGenerator<AskEvent, void> {
  checkQuestion(question);
  const state: AskState = {
    ...{ question, signal, shared, own: new Set(), tried: new Set(), again: new Set(), blames: [], putOff: [] },
    ...{ hasChainFailed: false, fundedOnly: false, failure: undefined },
  };
  try {
    for (let attempt = 1; attempt <= parts.settings.maxAttempts; attempt += 1) {
      if (yield* tryOnce(parts, state, attempt)) return;
    }
  } finally {
    // Nobody confirmed what these said of the question.
    for (const executor of state.blames) parts.book.note(executor, { type: "failed" }, parts.settings.clock());
  }
  throw state.failure ?? new LloomError("NO_EXECUTOR", `No executor answered for ${question.model}.`);
}

/** One executor's try; true when it answered. Throws when there is nothing more to try. */
async function* tryOnce(parts: AskParts, state: AskState, attempt: number): AsyncGenerator<AskEvent, boolean> {
  const { candidate, shown, tracked } = await pick(parts, state);
  using _tracked = tracked;
  const { signed } = candidate;
  const { executor } = signed.offer;
  parts.known?.noteAsked(executor);
  const trace: AttemptTrace = {
    ...{ hasText: false, isRefused: false, isPutOff: false },
    ...{
      requestHash: undefined,
      receipt: undefined,
      firstTokenMs: undefined,
      longestGapMs: undefined,
      textMs: undefined,
    },
  };
  using watch = new TryWatch({ model: signed.offer.model, executor, attempt, trace });
  const trust = { shown, isDoubted: state.again.has(executor) };
  const patience = patienceFor(parts, state, { candidate, attempt });
  try {
    yield { type: "executor", executor, signed, attempt };
    const { signal } = state;
    const question = { ...state.question, whole: state.question.whole === true || isHeldBack(parts, state, candidate) };
    const onText = (): void => tracked.hasSpoken();
    const canPayAnother = (): boolean => canPay(parts, state, executor);
    yield* attemptAt(parts, { question, signed, attempt, signal, trace, trust, onText, canPayAnother, ...patience });
    const { firstTokenMs, longestGapMs } = trace;
    // Vectors come at another pace than text, and no template goes around their texts.
    const isOfVectors = isEmbedding(question.sampling);
    const measured = isOfVectors ? {} : { firstTokenMs, longestGapMs, msPerToken: msPerTokenOf(trace) };
    parts.book.note(executor, { type: "answered", ...measured }, parts.settings.clock());
    if (trace.receipt !== undefined && !isOfVectors) parts.book.noteCount(trace.receipt);
    noteWeights(parts, state.question, signed.offer.weightsHash);
    return true;
  } catch (thrown) {
    const error = asLloomError(thrown);
    watch.failed(error.code);
    await conclude(parts, state, { candidate, trace, error });
    return false;
  }
}

/** Shorter answers say little of how fast longer ones come. */
const LEAST_TOKENS = 16;

function msPerTokenOf({ receipt, textMs }: AttemptTrace): number | undefined {
  const tokens = Number(receipt?.response.outboundTokens ?? 0);
  return textMs === undefined || tokens < LEAST_TOKENS ? undefined : textMs / (tokens - 1);
}

/** What a name stands for changes only when nobody sells the weights of before any more, and is said. */
function noteWeights({ book, log }: AskParts, { model, weights, executor, preference }: Question, now: Hex): void {
  if (weights !== undefined || executor !== undefined || preference !== undefined) return;
  const before = book.weightsInUse.peek(model);
  book.weightsInUse.set(model, now);
  if (before === undefined || before === now) return;
  log.warn(
    { model, before, now },
    "other weights than before answer to this name: ask for NAME@sha256:DIGITS to have the same",
  );
}

/** Notes a failure; throws it when there is nothing more to try. */
async function conclude(
  parts: AskParts,
  state: AskState,
  { candidate, trace, error }: { candidate: Candidate; trace: AttemptTrace; error: LloomError },
): Promise<void> {
  const { book, settings, log, channels } = parts;
  const { executor } = candidate.signed.offer;
  const { next, outcome, blamesQuestion } = consequenceOf(error.code, trace.isRefused ? "executor" : "client");
  const { requestHash } = trace;
  log.info({ requestHash, executor, code: error.code, problem: error.message }, "attempt failed");
  // What it saw differently may be this client's own old view: it counts when the second try ends like the first.
  const isRetry = next === "again" && !state.again.has(executor);
  if (blamesQuestion === true) state.blames.push(executor);
  else if (outcome !== undefined && !isRetry) book.note(executor, { type: outcome }, settings.clock());
  if (trace.hasText && error.code !== "RESPONSE_INVALID" && error.code !== "CANCELLED")
    throw new LloomError("STREAM_INTERRUPTED", `The answer broke off: ${error.message}`, { cause: error });
  if (next === "giveUp" || trace.hasText) throw error;
  // What waiting does not mend is what the caller has to hear, if it is not just somebody's word.
  if (state.failure === undefined || (!error.retryable && !trace.isRefused)) state.failure = error;
  if (isBelieved(state.blames.length, { isEverybody: false })) throw believed(parts, state, error);
  state.fundedOnly ||= next === "otherFunded";
  const isChain = error.code === "CHAIN_UNREACHABLE" && !trace.isRefused && !trace.isPutOff;
  if (trace.isPutOff || (isChain && !state.hasChainFailed)) state.putOff.push(executor);
  state.hasChainFailed ||= isChain;
  if (!isRetry) {
    state.tried.add(executor);
    return;
  }
  state.again.add(executor);
  channels.forget(executor);
  if (error.code === "PRICE_REFUSED" || error.code === "OFFER_UNKNOWN") await parts.refresh(candidate, state.signal);
}
