import { randomBytes } from "node:crypto";
import type { TokenUnit } from "@lloom/protocol/amounts";
import { FINISH_REASONS, type FinishReason, type Hex, type Receipt } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import { isEmbedding } from "@lloom/protocol/form/embedding";
import { bytesToHex } from "@lloom/protocol/hex";
import type { SignedOffer } from "@lloom/protocol/messages";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import { promisedBy } from "@lloom/protocol/profile";
import type { RecoverAddress } from "@lloom/protocol/signatures";
import { LloomError } from "../../errors.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import { peerOfOffer } from "../../p2p/host/peer-of-offer.ts";
import type { InferPool } from "../../p2p/infer/infer-client.ts";
import { steadyClock } from "../../primitives/clock.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { Identity } from "../../wallet/identity.ts";
import type { Recounting } from "../check/recounting.ts";
import { afterMeasuring, type Pace, patienceMs } from "../choose/pace.ts";
import type { ClientSettings } from "../client-options.ts";
import type { OfferBook } from "../discover/offer-book.ts";
import { type PlacedRequest, type RequestTerms, requestTerms } from "../pay/build-request.ts";
import type { PaymentChannels, Trust } from "../pay/payment-channels.ts";
import type { Answered, AskEvent, Question } from "../question.ts";
import { type CallProgress, PaidCall } from "./paid-call.ts";
import { ToldRefusal } from "./told-refusal.ts";

/** What an attempt stands on. */
export interface AttemptParts {
  readonly identity: Identity;
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
  readonly store: ClientLog;
  readonly pool: InferPool;
  readonly channels: PaymentChannels;
  readonly settings: ClientSettings;
  /** What answers are paid in. */
  readonly token: TokenUnit;
  /** Connects, before anything is signed: a request to a peer that is gone would bind its cap for a day. */
  readonly reach: (target: PeerTarget, signal: AbortSignal, mostMs?: number) => Promise<void>;
  /** Counts tokens again, if this client has a place for vocabularies. */
  readonly recounting?: Pick<Recounting, "begin" | "mayCount"> | undefined;
  readonly book: OfferBook;
  /** Work that goes on after the question has its answer. */
  readonly background: (work: Promise<unknown>) => void;
}

/** What an attempt leaves behind for its caller, also when it throws. */
export interface AttemptTrace {
  /** What was signed for it; undefined before. */
  requestHash: Hex | undefined;
  /** Text was passed on: no other executor may take over. */
  hasText: boolean;
  /** Undefined while no text came. */
  firstTokenMs: number | undefined;
  /** The longest silence after the first text; undefined while nothing followed it. */
  longestGapMs: number | undefined;
  /** From the first text to the last; undefined while nothing followed it. */
  textMs: number | undefined;
  /** Of an answer that is right. */
  receipt: Receipt | undefined;
  /** What went wrong is the executor's own word. */
  isRefused: boolean;
  /** It was not asked, since the chain was slow and somebody else could be paid. */
  isPutOff: boolean;
}

export interface AttemptOptions {
  readonly question: Question;
  readonly signed: SignedOffer;
  readonly attempt: number;
  readonly signal: AbortSignal;
  readonly trace: AttemptTrace;
  readonly trust: Trust;
  /** Longest wait for the first text. */
  readonly firstTokenMs: number;
  /** How long silences after the first text last at most, as far as known. */
  readonly gap: Pace | undefined;
  /** Somebody else can be paid without the chain. */
  readonly canPayAnother: () => boolean;
  /** There is nobody else to ask. */
  readonly isLast: boolean;
  /** The first text came. */
  readonly onText: () => void;
}

/**
 * Asks one executor. Yields what it says, and the end once the receipt is verified and saved. When the caller aborts, the
 * executor is told, and the receipt over what it produced is the end; if none comes, CANCELLED is thrown.
 */
export async function* attemptAt(parts: AttemptParts, options: AttemptOptions): AsyncGenerator<AskEvent, void> {
  const { question, signed, signal, isLast, firstTokenMs } = options;
  const target = peerOfOffer(signed);
  const { executor } = signed.offer;
  if (target === undefined)
    throw new LloomError("EXECUTOR_UNREACHABLE", `Executor ${executor} names no address of its own.`);
  // A peer that lost its power refuses no dial: with somebody else to ask it gets no more time than others take.
  const dialMs = isLast ? undefined : Math.max(parts.settings.dialPatienceMs, firstTokenMs);
  await parts.reach(target, signal, dialMs);
  const promptSalt = bytesToHex(randomBytes(32));
  const { offer } = signed;
  const offerHash = parts.hasher.hashOffer(offer);
  const terms = requestTerms(question, { client: parts.identity.address, offer, offerHash, promptSalt });
  const { weightsHash, profileHash } = offer;
  const { messages, sampling } = question;
  const { profile } = signed;
  const asked = {
    ...{ promptSalt, messages: [...messages], sampling, weightsHash, profileHash, offerHash },
    ...(profile === undefined ? {} : { profile }),
  };
  const placed = await place(parts, terms, { ...options, asked });
  options.trace.requestHash = placed.requestHash;
  const { pool, store, hasher, recover, token } = parts;
  const promised = promisedBy(signed);
  const { type: verification } = question.verification ?? parts.settings.verification;
  const recounting = verification === "none" ? undefined : parts.recounting;
  const recount = promised.vocabulary && recounting?.begin(promised.vocabulary, target);
  let call: PaidCall | undefined;
  try {
    // Whoever has to remember what was signed for a call does so before it is sent.
    yield { type: "signed", requestHash: placed.requestHash };
    call = new PaidCall({
      ...{ pool, store, hasher, recover, token, target, placed, asked },
      ...{ promised, recount, clock: parts.settings.clock },
      onForm: (counted) => parts.book.noteForm(counted),
    });
    yield* follow(parts, call, { ...options, placed, promptSalt });
  } finally {
    if (call === undefined) store.saveRefusal(placed.requestHash, "CANCELLED");
    else if (!call.isOver) parts.background(call.windUp(parts.settings.cancelWaitMs));
  }
}

/**
 * A signed request. Throws what the channels throw, and CHAIN_UNREACHABLE for a chain that takes long when somebody else can
 * be paid without it: a transaction whose end is not known yet holds up every other one.
 */
async function place(
  { channels, settings: { chainPatienceMs } }: AttemptParts,
  terms: RequestTerms,
  {
    question: { purse },
    signal,
    trace,
    trust,
    canPayAnother,
    asked,
  }: AttemptOptions & { readonly asked: OpenedPrompt },
): Promise<PlacedRequest> {
  const giveUp = new AbortController();
  const timer = setInterval(() => canPayAnother() && giveUp.abort(), chainPatienceMs);
  try {
    return await channels.place(terms, asked, {
      ...{ ...trust, purse },
      signal: AbortSignal.any([signal, giveUp.signal]),
    });
  } catch (cause) {
    if (signal.aborted || !giveUp.signal.aborted) throw cause;
    trace.isPutOff = true;
    throw new LloomError("CHAIN_UNREACHABLE", `The chain takes longer than ${chainPatienceMs / 1000} s.`, { cause });
  } finally {
    clearInterval(timer);
  }
}

/** Passes on what comes; text of a whole answer only with its end, since until then another executor may take over. */
async function* follow(
  { settings }: AttemptParts,
  call: PaidCall,
  options: AttemptOptions & { readonly placed: PlacedRequest; readonly promptSalt: Hex },
): AsyncGenerator<AskEvent, void> {
  const { question, signal, trace } = options;
  const waits = new Waits(settings, options);
  let passedOn = 0;
  const textUntilNow = function* (): Generator<AskEvent> {
    const text = call.text.slice(passedOn);
    passedOn = call.text.length;
    trace.hasText ||= text !== "";
    if (text !== "") yield { type: "text", text };
  };
  for (;;) {
    const progress = await call.next(waits.nextMs(), signal);
    if (progress.type === "silent") {
      if (!signal.aborted) throw new LloomError("EXECUTOR_TIMEOUT", "The executor has gone silent.");
      const cancelled = await call.windUp(settings.cancelWaitMs);
      if (cancelled === undefined) throw new LloomError("CANCELLED", "The caller cancelled.");
      // What came meanwhile is signed and paid with the rest.
      yield* textUntilNow();
      yield answered(options, cancelled);
      return;
    }
    const isFirstText = waits.note(progress, call.heardAtMs);
    if (progress.type === "refused") {
      trace.isRefused = true;
      throw new ToldRefusal(progress);
    }
    if (progress.type === "answered") {
      yield* textUntilNow();
      yield answered(options, progress);
      return;
    }
    if (isFirstText) options.onText();
    if (progress.type === "status") yield progress;
    else if (question.whole !== true) yield* textUntilNow();
  }
}

/** How long an executor may keep silent, step by step. */
class Waits {
  readonly #settings: ClientSettings;
  readonly #options: AttemptOptions;
  readonly #startedMs = steadyClock();
  #lastMs = this.#startedMs;
  #hasFrame = false;
  /** Of this answer alone. */
  #gap: Pace | undefined;

  constructor(settings: ClientSettings, options: AttemptOptions) {
    this.#settings = settings;
    this.#options = options;
  }

  /** Until the next frame. */
  nextMs(): number {
    const { firstFrameTimeoutMs, tokenGapTimeoutMs } = this.#settings;
    const { trace, firstTokenMs, question, isLast } = this.#options;
    // The next vector may take as long as the first.
    if (trace.firstTokenMs !== undefined && isEmbedding(question.sampling))
      return isLast ? tokenGapTimeoutMs : Math.max(firstTokenMs, this.#patienceMs());
    // Nobody can take over once text was passed on.
    if (trace.firstTokenMs !== undefined)
      return isLast || question.whole !== true ? tokenGapTimeoutMs : this.#patienceMs();
    const leftMs = Math.max(0, firstTokenMs - (steadyClock() - this.#startedMs));
    return this.#hasFrame || isLast ? leftMs : Math.min(firstFrameTimeoutMs, leftMs);
  }

  /** Between two frames of a whole answer: as answers before had them, or this one has them, whichever is longer. */
  #patienceMs(): number {
    const { tokenGapTimeoutMs, shortestGapMs, unknownPatienceMs } = this.#settings;
    const { gap, attempt } = this.#options;
    const patience = { shortestMs: shortestGapMs, unknownMs: unknownPatienceMs, longestMs: tokenGapTimeoutMs };
    const own = patienceMs(this.#gap ?? gap, patience, attempt);
    return Math.max(own, patienceMs(gap ?? this.#gap, patience, attempt));
  }

  /** Notes a frame and when it came; true for the first text. */
  note(progress: CallProgress, heardAtMs: number): boolean {
    const { trace } = this.#options;
    this.#hasFrame = true;
    const isFirst = trace.firstTokenMs === undefined;
    if (isFirst && (progress.type !== "text" || progress.text === "")) return false;
    if (isFirst) trace.firstTokenMs = heardAtMs - this.#startedMs;
    else this.#noteGap(heardAtMs - this.#lastMs);
    if (!isFirst) trace.textMs = heardAtMs - this.#startedMs - (trace.firstTokenMs ?? 0);
    this.#lastMs = heardAtMs;
    return isFirst;
  }

  #noteGap(ms: number): void {
    const { trace } = this.#options;
    this.#gap = afterMeasuring(this.#gap, ms);
    trace.longestGapMs = Math.max(trace.longestGapMs ?? 0, ms);
  }
}

function answered(
  {
    placed,
    promptSalt,
    attempt,
    trace,
    signed,
    question,
  }: Pick<AttemptOptions, "attempt" | "trace" | "signed" | "question"> & {
    readonly placed: PlacedRequest;
    readonly promptSalt: Hex;
  },
  { receipt, responseHash, contentSalt }: Extract<CallProgress, { type: "answered" }>,
): Answered {
  trace.receipt = receipt;
  const { request, requestHash } = placed;
  const { response } = receipt;
  const finishReason: FinishReason = FINISH_REASONS[Number(response.finishReason)] ?? "failed";
  return {
    type: "end",
    finishReason,
    receipt,
    salts: { prompt: promptSalt, answer: contentSalt },
    requestHash,
    responseHash,
    cost: response.cumulativeCost - request.ackedCost,
    inboundTokens: Number(response.inboundTokens),
    // What vectors count bonds disputes, and is no text that a model wrote.
    outboundTokens: isEmbedding(question.sampling) ? 0 : Number(response.outboundTokens),
    executor: request.executor,
    weightsHash: signed.offer.weightsHash,
    attempts: attempt,
  };
}
