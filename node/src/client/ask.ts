import type { Address } from "@lloom/protocol/commitment-types";
import { asLloomError, LloomError } from "../errors.ts";
import type { Log } from "../log.ts";
import { type AttemptDesk, type AttemptTrace, attemptAt } from "./attempt.ts";
import { inboundBound } from "./build-request.ts";
import { checkQuestion } from "./check-question.ts";
import { type Candidate, chooseExecutor, type Need } from "./choose.ts";
import { consequenceOf } from "./failover.ts";
import { gatherOffers } from "./gather-offers.ts";
import { noExecutor, type Surroundings } from "./no-executor.ts";
import type { OfferBook } from "./offer-book.ts";
import type { AskEvent, Question } from "./question.ts";

/** What `ask` stands on. */
export interface AskDesk extends AttemptDesk {
  readonly book: OfferBook;
  /** Searches the network for offers of a model; resolves when it has looked everywhere. */
  readonly discover: (model: string) => Promise<void>;
  /** Asks the validators for all offers of a model, unless that was done; resolves in a second or two at most. */
  readonly survey: (model: string, options: { readonly again: boolean }) => Promise<void>;
  /** How this node stands in the network now. */
  readonly surroundings: () => Surroundings;
  /** Asks one executor for its offers again. */
  readonly refresh: (candidate: Candidate, signal: AbortSignal) => Promise<void>;
  readonly log: Log;
}

/** What has been tried for one question. */
interface Course {
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
export async function* ask(desk: AskDesk, question: Question, signal: AbortSignal): AsyncGenerator<AskEvent, void> {
  checkQuestion(question);
  const course: Course = {
    question,
    signal,
    tried: new Set(),
    again: new Set(),
    fundedOnly: false,
    failure: undefined,
  };
  for (let attempt = 1; attempt <= desk.settings.maxAttempts; attempt += 1) {
    const candidate = await pick(desk, course);
    const { signed } = candidate;
    const { offer } = signed;
    const trace: AttemptTrace = { hasText: false, firstTokenMs: 0 };
    using _inFlight = desk.book.track(offer.executor);
    try {
      yield { type: "executor", executor: offer.executor, offer, attempt };
      yield* attemptAt(desk, { question, signed, attempt, signal, trace });
      const { firstTokenMs } = trace;
      desk.book.note(offer.executor, { type: "answered", firstTokenMs }, desk.settings.clock());
      return;
    } catch (thrown) {
      await conclude(desk, course, { candidate, trace, error: asLloomError(thrown) });
    }
  }
  throw course.failure ?? new LloomError("NO_EXECUTOR", `No executor answered for ${question.model}.`);
}

/** Notes a failure; throws it when there is nothing more to try. */
async function conclude(
  desk: AskDesk,
  course: Course,
  { candidate, trace, error }: { candidate: Candidate; trace: AttemptTrace; error: LloomError },
): Promise<void> {
  const { executor } = candidate.signed.offer;
  const { next, outcome } = consequenceOf(error.code);
  desk.log.info({ executor, code: error.code, problem: error.message }, "attempt failed");
  if (outcome !== undefined) desk.book.note(executor, { type: outcome }, desk.settings.clock());
  if (trace.hasText && error.code !== "RESPONSE_INVALID" && error.code !== "CANCELLED")
    throw new LloomError("STREAM_INTERRUPTED", `The answer broke off: ${error.message}`, { cause: error });
  if (next === "giveUp") throw error;
  // What waiting does not mend is what the caller has to hear.
  if (course.failure === undefined || !error.retryable) course.failure = error;
  course.fundedOnly ||= next === "otherFunded";
  const isRetry = next === "again" && !course.again.has(executor);
  if (!isRetry) {
    course.tried.add(executor);
    return;
  }
  course.again.add(executor);
  desk.channels.forget(executor);
  if (error.code === "PRICE_REFUSED") await desk.refresh(candidate, course.signal);
}

/** The next executor to ask; the first one among all that can be known of. */
async function pick(desk: AskDesk, course: Course): Promise<Candidate> {
  if (course.failure === undefined) await gatherOffers(desk, course.question.model, course.signal);
  const choice = choose(desk, course);
  if (typeof choice !== "string") return choice;
  throw course.failure ?? noExecutor(choice, course.question, desk.surroundings());
}

function choose({ book, channels, settings }: AskDesk, { question, tried, fundedOnly }: Course) {
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
