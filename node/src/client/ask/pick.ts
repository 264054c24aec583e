/** Whom to ask next for a question. */
import type { Address, Hex } from "@lloom/protocol/commitment-types";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { featuresNeeded } from "@lloom/protocol/form/features";
import { worstCost } from "@lloom/protocol/lane";
import type { LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { type Candidate, chooseExecutor, isKnownWell, isProven, type Need } from "../choose/choose.ts";
import { isBelieved } from "../choose/failover.ts";
import { patienceMs } from "../choose/pace.ts";
import { permitted } from "../choose/preferred.ts";
import { estimatedTokens, lowestLimit } from "../choose/price.ts";
import { strictest } from "../choose/reputation.ts";
import { isOfWeights, weightsOnSale } from "../choose/weights.ts";
import { gatherOffers, learnStakes } from "../discover/gather-offers.ts";
import { noExecutor } from "../discover/no-executor.ts";
import type { OfferBook } from "../discover/offer-book.ts";
import { askedLimits, mostPromptTokens } from "../pay/asked-limits.ts";
import type { Question } from "../question.ts";
import type { AskParts, AskState, SharedQuestion } from "./ask-state.ts";
import type { AttemptOptions } from "./attempt.ts";

/** Bytes of a prompt that take about as long to read as everything else before a first token. */
const BYTES_PER_PATIENCE = 4096;

/** The question is at fault, as several say: nobody failed. */
export function believed({ book, settings }: AskParts, { blames }: AskState, error: LloomError): LloomError {
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
  shared.weights ??= signed.offer.weightsHash;
  own.add(signed.offer.executor);
  const shown = health.answers + (inFlight > silent ? 1 : 0);
  return { candidate, shown, tracked: book.track(signed.offer.executor) };
}

/** The next executor to ask; the first one among all that can be known of. */
export async function pick(parts: AskParts, state: AskState): Promise<Picked> {
  const { model } = state.question;
  if (state.failure === undefined) await gatherOffers(parts, state.question, state.signal);
  await learnStakes(parts, model, state.signal);
  const endsAtMs = steadyClock() + parts.settings.strangerWaitMs;
  const confirmed = new Set<Address>();
  for (;;) {
    const choice = choose(parts, state);
    if (typeof choice !== "string" && mustConfirm(choice, confirmed)) {
      await confirm(parts, state, choice);
      confirmed.add(choice.signed.offer.executor);
      continue;
    }
    if (typeof choice === "string" && state.putOff.length > 0) {
      for (const executor of state.putOff.splice(0)) state.tried.delete(executor);
      state.fundedOnly = false;
      continue;
    }
    if (typeof choice === "string") {
      const failure = state.failure ?? noExecutor(choice, state.question, parts.networkView(state.question));
      const isEverybody = state.blames.length === state.tried.size;
      throw isBelieved(state.blames.length, { isEverybody }) ? believed(parts, state, failure) : failure;
    }
    // One question at a time shows whether a stranger answers at all; the others wait a little, and then go elsewhere.
    if (isProven(choice) || choice.silent === 0) return picked(parts, state, choice);
    const leftMs = endsAtMs - steadyClock();
    if (leftMs <= 0 || state.signal.aborted) return picked(parts, state, pastSilent(parts, state) ?? choice);
    // Made where it is needed: each would go off later, with an error of its own.
    await parts.book.change(AbortSignal.any([state.signal, AbortSignal.timeout(Math.ceil(leftMs))]));
  }
}

/** Executors of which a question waits to know whether they are what an index says. */
const MOST_CONFIRMED = 3;

/** Whether an index alone says that audits speak against it. */
const mustConfirm = ({ reputation, signed }: Candidate, confirmed: ReadonlySet<Address>): boolean =>
  reputation?.report === "told" && confirmed.size < MOST_CONFIRMED && !confirmed.has(signed.offer.executor);

async function confirm({ known, settings }: AskParts, { signal }: AskState, { signed }: Candidate): Promise<void> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(settings.confirmWaitMs)]);
  await known?.confirm(signed.offer.executor, until);
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

/** By what the question says of whom to ask: first those that it names in this order, then all whom it permits. */
function choose(
  parts: AskParts,
  state: Omit<AskState, "signal">,
  isPayable = ({ signed }: Candidate): boolean => !state.fundedOnly || parts.channels.knows(signed.offer.executor),
) {
  const { preference: { order = [], allowFallbacks = true } = {} } = state.question;
  if (!allowFallbacks && order.length === 0 && state.tried.size > 0) return "tried";
  const nowMs = parts.settings.clock();
  for (const executor of order) {
    const isIt = (one: Candidate): boolean =>
      one.signed.offer.executor === executor && one.health.avoidUntilMs <= nowMs && isPayable(one);
    const choice = chooseAmong(parts, state, isIt);
    if (typeof choice !== "string") return choice;
  }
  return chooseAmong(parts, state, isPayable);
}

function chooseAmong(
  { book, settings, recounting, audit, odds, isVocabularyDisputed }: AskParts,
  { question, tried, shared, own }: Omit<AskState, "signal">,
  isPayable: (candidate: Candidate) => boolean,
) {
  const { clock, exploration, random, allowUnstaked } = settings;
  const nowMs = clock();
  const isOfVectors = isEmbedding(question.sampling);
  const maxPrice = lowestLimit(question.maxPrice, settings.maxPrice);
  const need: Need = {
    inboundTokens: estimatedTokens(mostPromptTokens(question)),
    // What vectors count costs nothing, and takes no room in a context.
    maxOutboundTokens: isOfVectors ? 0n : BigInt(question.maxOutboundTokens),
    maxPrice: isOfVectors ? { inbound: maxPrice.inbound } : maxPrice,
    isOfVectors,
    ...strictest(question.demands, settings),
    features: featuresNeeded(question.sampling, question.messages),
    ...{ only: question.executor, sort: question.preference?.sort },
    ...{ tried: withTaken(tried, shared, own), allowUnstaked },
    canCount: ({ vocabulary, signed }) =>
      vocabulary !== undefined &&
      recounting?.mayCount(vocabulary) === true &&
      isVocabularyDisputed?.(signed.offer.weightsHash) !== true,
  };
  const isAudited = question.verification?.type === "audit";
  const known = book.candidates(question.model, nowMs);
  const offered = permitted(known, question.preference);
  if (offered.length === 0 && known.length > 0) return "provider";
  const shown = question.odds === true ? offered.filter((one) => odds?.covers(one) === true) : offered;
  if (shown.length === 0 && offered.length > 0) return "features";
  const covered = isAudited ? shown.filter(({ signed }) => audit?.covers(signed) === true) : shown;
  const right = ofOneWeights(covered, {
    question,
    shared,
    inUse: book.weightsInUse.peek(question.model),
    allowUnstaked,
  });
  if (typeof right === "string") return right;
  return chooseExecutor(right.filter(isPayable), need, { nowMs, exploration, random });
}

interface Asked {
  readonly question: Question;
  readonly shared: SharedQuestion;
  readonly inUse: Hex | undefined;
  readonly allowUnstaked: boolean;
}

/**
 * Offers of the weights that were asked for; of those that the name stands for where none were, whatever others cost. Once somebody was
 * asked, of the same alone.
 */
function ofOneWeights(
  offered: readonly Candidate[],
  { question: { weights, executor }, shared, inUse, allowUnstaked }: Asked,
): readonly Candidate[] | "weights" | "ambiguous" {
  const of = (hash: Hex): Candidate[] => offered.filter(({ signed }) => signed.offer.weightsHash === hash);
  if (shared.weights !== undefined) return of(shared.weights);
  if (weights === undefined && executor !== undefined) return offered;
  const meant = offered.filter(
    ({ signed: { offer } }) =>
      (executor === undefined || offer.executor === executor) &&
      (weights === undefined || isOfWeights(offer.weightsHash, weights)),
  );
  if (meant.length === 0) return offered.length === 0 ? offered : "weights";
  const counting = allowUnstaked ? meant : meant.filter((one) => (one.stake ?? 0) > 0 || isProven(one));
  const [first, second] = weightsOnSale(counting, inUse);
  if (first === undefined) return meant;
  return weights !== undefined && second !== undefined ? "ambiguous" : of(first.hash);
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
export function isHeldBack(parts: AskParts, state: AskState, candidate: Candidate): boolean {
  if (isKnownWell(candidate)) return false;
  const { channels } = parts;
  const tried = new Set([...state.tried, candidate.signed.offer.executor]);
  const isBetter = (other: Candidate): boolean =>
    isKnownWell(other) && (!state.fundedOnly || channels.knows(other.signed.offer.executor));
  return typeof choose(parts, { ...state, tried }, isBetter) !== "string";
}

/** Whether anybody but this executor can be paid for the question without the chain. */
export function canPay(parts: AskParts, state: AskState, but: Address): boolean {
  const other = choose(parts, state, ({ signed: { offer } }) => {
    const most = worstCost(askedLimits(state.question, offer));
    return offer.executor !== but && parts.channels.covers(offer.executor, most);
  });
  return typeof other !== "string" && other.health.avoidUntilMs <= parts.settings.clock();
}

/** Whom a question would be asked of now, were nothing explored; nobody is asked. Throws NO_EXECUTOR and the like as `pick`, CANCELLED. */
export async function wouldAsk(parts: AskParts, question: Question, signal: AbortSignal): Promise<Candidate> {
  await gatherOffers(parts, question, signal);
  await learnStakes(parts, question.model, signal);
  const untried = { shared: { taken: new Set<Address>() }, ...{ own: new Set<Address>(), tried: new Set<Address>() } };
  const nothing = { again: new Set<Address>(), blames: [], putOff: [], hasChainFailed: false, fundedOnly: false };
  const settings = { ...parts.settings, exploration: 0 };
  const choice = choose({ ...parts, settings }, { question, ...untried, ...nothing, failure: undefined });
  if (typeof choice !== "string") return choice;
  throw noExecutor(choice, question, parts.networkView(question));
}

/** How long the executor may keep silent; as long as ever if there is nobody else to ask. */
export function patienceFor(
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
  const bytes = Number(mostPromptTokens(state.question));
  const pace = candidate.health.firstToken ?? book.pace;
  const patience = { shortestMs: settings.shortestPatienceMs, unknownMs: settings.unknownPatienceMs, longestMs };
  const ms = patienceMs(pace, patience, attempt) * (1 + bytes / BYTES_PER_PATIENCE);
  return { firstTokenMs: Math.min(longestMs, ms), gap, isLast: false };
}
