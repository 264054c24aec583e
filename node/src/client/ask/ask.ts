import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { worstCost } from "@lloom/protocol/lane";
import { mostInboundTokens } from "@lloom/protocol/token-bounds";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { AnswerAudit } from "../check/answer-audit.ts";
import { checkQuestion } from "../check/check-question.ts";
import { type Candidate, chooseExecutor, isKnownWell, isProven, type Need } from "../choose/choose.ts";
import { consequenceOf, isBelieved } from "../choose/failover.ts";
import { patienceMs } from "../choose/pace.ts";
import { estimatedTokens, lowestLimit } from "../choose/price.ts";
import { strictest } from "../choose/reputation.ts";
import type { ClientSettings } from "../client-options.ts";
import { type GatherParts, gatherOffers, learnStakes } from "../discover/gather-offers.ts";
import { type NetworkView, noExecutor } from "../discover/no-executor.ts";
import type { OfferBook } from "../discover/offer-book.ts";
import type { AskEvent, Question } from "../question.ts";
import { type AttemptOptions, type AttemptParts, type AttemptTrace, attemptAt } from "./attempt.ts";
import { TryWatch } from "./try-watch.ts";

/** What `ask` stands on. */
export interface AskParts extends AttemptParts, GatherParts {
  readonly settings: ClientSettings;
  /** How this node stands in the network now, and to a model. */
  readonly networkView: (model: string) => NetworkView;
  /** Holds answers against weights of this client's own, where it has any. */
  readonly audit?: AnswerAudit | undefined;
  /** Whether more than one vocabulary is named for these weights. */
  readonly isVocabularyDisputed?: (weightsHash: Hex) => boolean;
  /** Asks one executor for its offers again. */
  readonly refresh: (candidate: Candidate, signal: AbortSignal) => Promise<void>;
  /** Is told who was asked without having shown anything, where an index is asked about executors. */
  readonly told?: { noteStranger(executor: Address): void; keepAsking(signal: AbortSignal): Promise<void> } | undefined;
  readonly log: Log;
}

/** What several that ask the same have in common. */
export interface SharedQuestion {
  /** Executors that one of them has asked: each is asked once. */
  readonly taken: Set<Address>;
}

/** What has been tried for one question. */
interface AskState {
  readonly shared: SharedQuestion;
  /** Whom this one asked itself. */
  readonly own: Set<Address>;
  readonly question: Question;
  readonly signal: AbortSignal;
  readonly tried: Set<Address>;
  /** Asked a second time already. */
  readonly again: Set<Address>;
  /** Who called the question impossible. */
  readonly blames: Address[];
  /** Not asked while somebody else could be paid without the chain, slow or failing; asked when nobody else is left. */
  readonly putOff: Address[];
  /** The chain failed once; a second time ends it. */
  hasChainFailed: boolean;
  /** Whether only executors whose channels are known can be paid. */
  fundedOnly: boolean;
  failure: LloomError | undefined;
}

/** Bytes of a prompt that take about as long to read as everything else before a first token. */
const BYTES_PER_PATIENCE = 4096;

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
  if (!isProven(candidate)) parts.told?.noteStranger(executor);
  const trace: AttemptTrace = {
    ...{ hasText: false, isRefused: false, isPutOff: false },
    ...{ requestHash: undefined, receipt: undefined, firstTokenMs: undefined, longestGapMs: undefined },
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
    parts.book.note(executor, { type: "answered", firstTokenMs, longestGapMs }, parts.settings.clock());
    if (trace.receipt !== undefined) parts.book.noteCount(trace.receipt);
    return true;
  } catch (thrown) {
    const error = asLloomError(thrown);
    watch.failed(error.code);
    await conclude(parts, state, { candidate, trace, error });
    return false;
  }
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

/** The question is at fault, as several say: nobody failed. */
function believed({ book, settings }: AskParts, { blames }: AskState, error: LloomError): LloomError {
  for (const executor of blames.splice(0)) book.note(executor, { type: "blamed" }, settings.clock());
  return error;
}

/** An executor to ask, counted as asked in the same step, so that questions that come together see each other. */
interface Picked {
  readonly candidate: Candidate;
  /** What it has shown: right answers, and text of one that is under way. */
  readonly shown: number;
  readonly tracked: ReturnType<OfferBook["track"]>;
}

function picked({ book }: AskParts, { shared, own }: AskState, candidate: Candidate): Picked {
  const { health, inFlight, silent, signed } = candidate;
  shared.taken.add(signed.offer.executor);
  own.add(signed.offer.executor);
  const shown = health.answers + (inFlight > silent ? 1 : 0);
  return { candidate, shown, tracked: book.track(signed.offer.executor) };
}

/** The next executor to ask; the first one among all that can be known of. */
async function pick(parts: AskParts, state: AskState): Promise<Picked> {
  const { model } = state.question;
  if (state.failure === undefined) await gatherOffers(parts, state.question, state.signal);
  await learnStakes(parts, model, state.signal);
  const deadline = AbortSignal.any([state.signal, AbortSignal.timeout(parts.settings.strangerWaitMs)]);
  for (;;) {
    const choice = choose(parts, state);
    if (typeof choice === "string" && state.putOff.length > 0) {
      for (const executor of state.putOff.splice(0)) state.tried.delete(executor);
      state.fundedOnly = false;
      continue;
    }
    if (typeof choice === "string") {
      const failure = state.failure ?? noExecutor(choice, state.question, parts.networkView(model));
      const isEverybody = state.blames.length === state.tried.size;
      throw isBelieved(state.blames.length, { isEverybody }) ? believed(parts, state, failure) : failure;
    }
    // One question at a time shows whether a stranger answers at all; the others wait a little, and then go elsewhere.
    if (isProven(choice) || choice.silent === 0) return picked(parts, state, choice);
    if (deadline.aborted) return picked(parts, state, pastSilent(parts, state) ?? choice);
    await parts.book.change(deadline);
  }
}

/** The next one that is no stranger under test, if there is one. */
function pastSilent(parts: AskParts, state: AskState): Candidate | undefined {
  const silent = parts.book
    .candidates(state.question.model, parts.settings.clock())
    .filter((candidate) => !isProven(candidate) && candidate.silent > 0)
    .map(({ signed }) => signed.offer.executor);
  const choice = choose(parts, { ...state, tried: new Set([...state.tried, ...silent]) });
  return typeof choice === "string" ? undefined : choice;
}

function choose(
  { book, channels, settings, recounting, audit, isVocabularyDisputed }: AskParts,
  { question, tried, fundedOnly, shared, own }: Omit<AskState, "signal">,
  isPayable = ({ signed }: Candidate): boolean => !fundedOnly || channels.knows(signed.offer.executor),
) {
  const { clock, exploration, random, allowUnstaked } = settings;
  const nowMs = clock();
  const need: Need = {
    inboundTokens: estimatedTokens(mostInboundTokens(question.messages)),
    maxOutboundTokens: BigInt(question.maxOutboundTokens),
    maxPrice: lowestLimit(question.maxPrice, settings.maxPrice),
    ...strictest(question.demands, settings),
    only: question.executor,
    ...{ tried: withTaken(tried, shared, own), allowUnstaked },
    canCount: ({ vocabulary, signed }) =>
      vocabulary !== undefined &&
      recounting?.mayCount(vocabulary) === true &&
      isVocabularyDisputed?.(signed.offer.weightsHash) !== true,
  };
  const isAudited = question.verification?.type === "audit";
  const isFit = (one: Candidate): boolean => isPayable(one) && (!isAudited || audit?.covers(one.signed) === true);
  const payable = book.candidates(question.model, nowMs).filter(isFit);
  return chooseExecutor(payable, need, { nowMs, exploration, random });
}

/** Whom others ask the same counts as tried: two answers of one executor compare nothing. */
function withTaken(tried: Set<Address>, { taken }: SharedQuestion, own: ReadonlySet<Address>): ReadonlySet<Address> {
  if (taken.size === own.size) return tried;
  return new Set([...tried, ...[...taken].filter((executor) => !own.has(executor))]);
}

/**
 * Whether a stream's text is kept until its answer is right: what was passed on nobody else can take up. Only while an executor
 * is little known, and somebody who is known better could take over.
 */
function isHeldBack(parts: AskParts, state: AskState, candidate: Candidate): boolean {
  if (isKnownWell(candidate)) return false;
  const { channels } = parts;
  const tried = new Set([...state.tried, candidate.signed.offer.executor]);
  const isBetter = (other: Candidate): boolean =>
    isKnownWell(other) && (!state.fundedOnly || channels.knows(other.signed.offer.executor));
  return typeof choose(parts, { ...state, tried }, isBetter) !== "string";
}

/** Whether anybody but this executor can be paid for the question without the chain. */
function canPay(parts: AskParts, state: AskState, but: Address): boolean {
  const { messages, maxOutboundTokens } = state.question;
  const most = { maxInboundTokens: mostInboundTokens(messages), maxOutboundTokens: BigInt(maxOutboundTokens) };
  const other = choose(parts, state, ({ signed: { offer } }) => {
    return offer.executor !== but && parts.channels.covers(offer.executor, worstCost({ ...offer, ...most }));
  });
  return typeof other !== "string" && other.health.avoidUntilMs <= parts.settings.clock();
}

/** How long the executor may keep silent; as long as ever if there is nobody else to ask. */
function patienceFor(
  parts: AskParts,
  state: AskState,
  { candidate, attempt }: { readonly candidate: Candidate; readonly attempt: number },
): Pick<AttemptOptions, "firstTokenMs" | "gap" | "isLast"> {
  const { settings, book } = parts;
  const longestMs = settings.firstTokenTimeoutMs;
  const other = choose(parts, { ...state, tried: new Set([...state.tried, candidate.signed.offer.executor]) });
  const isAway = typeof other === "string" || other.health.avoidUntilMs > settings.clock();
  const gap = candidate.health.gap ?? book.gap;
  if (isAway || attempt >= settings.maxAttempts) return { firstTokenMs: longestMs, gap, isLast: true };
  const bytes = Number(mostInboundTokens(state.question.messages));
  const pace = candidate.health.firstToken ?? book.pace;
  const patience = { shortestMs: settings.shortestPatienceMs, unknownMs: settings.unknownPatienceMs, longestMs };
  const ms = patienceMs(pace, patience, attempt) * (1 + bytes / BYTES_PER_PATIENCE);
  return { firstTokenMs: Math.min(longestMs, ms), gap, isLast: false };
}
