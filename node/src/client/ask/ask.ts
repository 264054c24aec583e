import type { Address } from "@lloom/protocol/commitment-types";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { checkQuestion } from "../check/check-question.ts";
import { type Candidate, chooseExecutor, type Need } from "../choose/choose.ts";
import { consequenceOf } from "../choose/failover.ts";
import type { ClientSettings } from "../client-options.ts";
import { type GatherParts, gatherOffers } from "../discover/gather-offers.ts";
import { type NetworkView, noExecutor } from "../discover/no-executor.ts";
import { inboundBound } from "../pay/build-request.ts";
import type { AskEvent, Question } from "../question.ts";
import { type AttemptParts, type AttemptTrace, attemptAt } from "./attempt.ts";

/** What `ask` stands on. */
export interface AskParts extends AttemptParts, GatherParts {
  readonly settings: ClientSettings;
  /** How this node stands in the network now. */
  readonly networkView: () => NetworkView;
  /** Asks one executor for its offers again. */
  readonly refresh: (candidate: Candidate, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** What has been tried for one question. */
interface AskState {
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly tried: Set<Address>;
  /** Asked a second time already. */
  readonly again: Set<Address>;
  /** Whether only executors whose channels are known can be paid. */
  fundedOnly: boolean;
  failure: LloomError | undefined;
}

/** Bytes of a prompt that make a token, on average; only to weigh prices. */
const BYTES_PER_TOKEN = 4n;

/**
 * Answers a question: chooses an executor, pays it by signature, passes its text on, and ends with the receipt. When it fails
 * before the first text, the next one is tried; the first has been cancelled, and what it might still sign counts against
 * its channel until it can no longer be settled. After the first text there is no second try: STREAM_INTERRUPTED.
 * Throws LloomError.
 */
export async function* ask(parts: AskParts, question: Question, signal: AbortSignal): AsyncGenerator<AskEvent, void> {
  checkQuestion(question);
  const state: AskState = {
    question,
    signal,
    tried: new Set(),
    again: new Set(),
    fundedOnly: false,
    failure: undefined,
  };
  for (let attempt = 1; attempt <= parts.settings.maxAttempts; attempt += 1) {
    const candidate = await pick(parts, state);
    const { signed } = candidate;
    const { offer } = signed;
    const trace: AttemptTrace = { hasText: false, firstTokenMs: 0 };
    using _inFlight = parts.book.track(offer.executor);
    try {
      yield { type: "executor", executor: offer.executor, offer, attempt };
      yield* attemptAt(parts, { question, signed, attempt, signal, trace });
      const { firstTokenMs } = trace;
      parts.book.note(offer.executor, { type: "answered", firstTokenMs }, parts.settings.clock());
      return;
    } catch (thrown) {
      await conclude(parts, state, { candidate, trace, error: asLloomError(thrown) });
    }
  }
  throw state.failure ?? new LloomError("NO_EXECUTOR", `No executor answered for ${question.model}.`);
}

/** Notes a failure; throws it when there is nothing more to try. */
async function conclude(
  parts: AskParts,
  state: AskState,
  { candidate, trace, error }: { candidate: Candidate; trace: AttemptTrace; error: LloomError },
): Promise<void> {
  const { executor } = candidate.signed.offer;
  const { next, outcome } = consequenceOf(error.code);
  parts.log.info({ executor, code: error.code, problem: error.message }, "attempt failed");
  if (outcome !== undefined) parts.book.note(executor, { type: outcome }, parts.settings.clock());
  if (trace.hasText && error.code !== "RESPONSE_INVALID" && error.code !== "CANCELLED")
    throw new LloomError("STREAM_INTERRUPTED", `The answer broke off: ${error.message}`, { cause: error });
  if (next === "giveUp") throw error;
  // What waiting does not mend is what the caller has to hear.
  if (state.failure === undefined || !error.retryable) state.failure = error;
  state.fundedOnly ||= next === "otherFunded";
  const isRetry = next === "again" && !state.again.has(executor);
  if (!isRetry) {
    state.tried.add(executor);
    return;
  }
  state.again.add(executor);
  parts.channels.forget(executor);
  if (error.code === "PRICE_REFUSED" || error.code === "OFFER_UNKNOWN") await parts.refresh(candidate, state.signal);
}

/** The next executor to ask; the first one among all that can be known of. */
async function pick(parts: AskParts, state: AskState): Promise<Candidate> {
  if (state.failure === undefined) await gatherOffers(parts, state.question.model, state.signal);
  const choice = choose(parts, state);
  if (typeof choice !== "string") return choice;
  throw state.failure ?? noExecutor(choice, state.question, parts.networkView());
}

function choose({ book, channels, settings }: AskParts, { question, tried, fundedOnly }: AskState) {
  const { clock, exploration, random } = settings;
  const nowMs = clock();
  const need: Need = {
    inboundTokens: inboundBound(question.messages) / BYTES_PER_TOKEN,
    maxOutboundTokens: BigInt(question.maxOutboundTokens),
    maxPrice: question.maxPrice ?? {},
    tried,
  };
  const offered = book.candidates(question.model, nowMs);
  const payable = fundedOnly ? offered.filter(({ signed }) => channels.knows(signed.offer.executor)) : offered;
  return chooseExecutor(payable, need, { nowMs, exploration, random });
}
