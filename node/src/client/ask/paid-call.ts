import { shownAmount, type TokenUnit } from "@lloom/protocol/amounts";
import { FINISH_REASONS, type Hex, type Receipt } from "@lloom/protocol/commitment-types";
import type { CommitmentHasher } from "@lloom/protocol/commitments";
import type { ErrorCode } from "@lloom/protocol/error-codes";
import { formProblem } from "@lloom/protocol/form/answer-form";
import { EMBEDDING_LIMITS } from "@lloom/protocol/form/answer-settings";
import { embeddingOutbound, isEmbedding } from "@lloom/protocol/form/embedding";
import { spoilsLane } from "@lloom/protocol/lane";
import type { ExecutorFrame, ResponseFrame } from "@lloom/protocol/messages";
import type { OpenedPrompt } from "@lloom/protocol/opened-prompt";
import type { Promised } from "@lloom/protocol/profile";
import type { RecoverAddress } from "@lloom/protocol/signatures";
import { mostAnswerUnits } from "@lloom/protocol/token-bounds";
import { countsProblem } from "@lloom/protocol/token-counts";
import { asLloomError, LloomError } from "../../errors.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";
import type { InferPool } from "../../p2p/infer/infer-client.ts";
import { type Clock, steadyClock } from "../../primitives/clock.ts";
import { LOOP_TURNS } from "../../primitives/loop-turns.ts";
import type { ClientLog } from "../../store/client/client-log.ts";
import type { CountedForms } from "../../store/client/form-counts.ts";
import { answerProblem } from "../check/check-answer.ts";
import type { Recount } from "../check/recount.ts";
import { type FormOutcome, failedForm, formOutcome } from "../check/told-form.ts";
import type { PlacedRequest } from "../pay/build-request.ts";

/** What came next from the executor. */
export type CallProgress =
  | { readonly type: "status"; readonly state: "queued" | "running"; readonly position: number }
  | { readonly type: "text"; readonly text: string }
  /** The answer is right and its receipt saved. */
  | { readonly type: "answered"; readonly receipt: Receipt; readonly responseHash: Hex; readonly contentSalt: Hex }
  /** The executor says that it failed, and that this costs nothing. */
  | { readonly type: "refused"; readonly code: ErrorCode; readonly message: string }
  /** Nothing, in the time that it had. */
  | { readonly type: "silent" };

export interface PaidCallOptions {
  readonly pool: InferPool;
  readonly store: ClientLog;
  readonly hasher: CommitmentHasher;
  readonly recover: RecoverAddress;
  readonly token: TokenUnit;
  readonly target: PeerTarget;
  readonly placed: PlacedRequest;
  readonly asked: OpenedPrompt;
  /** What the accepted offer promises of its answers. */
  readonly promised: Promised;
  /** Counts the answer's tokens again; undefined if its vocabulary is not known. */
  readonly recount: Pick<Recount, "counts"> | undefined;
  readonly clock: Clock;
  /** Hears what the answer shows of the forms that its executor's answers have, once that is stored. */
  readonly onForm: (counted: CountedForms) => void;
}

/**
 * One request at one executor, until nothing more can come of it. However it ends, the lane is left in a known state: a
 * right answer advances it, an outright refusal frees it, anything else retires it.
 */
export class PaidCall {
  readonly #options: PaidCallOptions;
  readonly #cancel = new AbortController();
  readonly #frames: AsyncIterator<ExecutorFrame>;
  #pending: Promise<IteratorResult<ExecutorFrame>> | undefined;
  #text = "";
  #heardAtMs = 0;
  #isOver = false;

  constructor(options: PaidCallOptions) {
    this.#options = options;
    const { pool, target, placed, asked } = options;
    const { request, signature } = placed;
    // The executor knows what it promised.
    const { profile: _, ...sent } = asked;
    const frame = { type: "request" as const, request, signature, ...sent };
    this.#frames = pool.request({ target, frame, signal: this.#cancel.signal })[Symbol.asyncIterator]();
  }

  /** All text that has come. */
  get text(): string {
    return this.#text;
  }

  /** When the last frame came, by the steady clock: what is done about it afterwards is this client's own time. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * What the executor says next; `silent` when that is nothing until `waitMs` passed or the signal aborted, which ends
   * nothing by itself. Throws RESPONSE_INVALID, EXECUTOR_UNREACHABLE, STREAM_INTERRUPTED, FRAME_INVALID: it is over then.
   */
  async next(waitMs: number, signal?: AbortSignal): Promise<CallProgress> {
    try {
      const result = await this.#wait(waitMs, signal);
      if (result === undefined) return { type: "silent" };
      if (result.done === true)
        throw new LloomError("STREAM_INTERRUPTED", "The executor ended without an answer or an error.");
      this.#heardAtMs = steadyClock();
      return await this.#take(result.value);
    } catch (thrown) {
      const error = asLloomError(thrown, "STREAM_INTERRUPTED");
      if (!this.#isOver) this.#retire(error.code);
      throw error;
    }
  }

  /** Cancels, and waits a little for what the executor signs over the part that it produced. */
  async windUp(waitMs: number): Promise<Extract<CallProgress, { type: "answered" }> | undefined> {
    if (this.#isOver) return undefined;
    this.#cancel.abort();
    const deadline = steadyClock() + waitMs;
    try {
      for (;;) {
        const progress = await this.next(Math.max(0, deadline - steadyClock()));
        if (progress.type === "answered") return progress;
        if (progress.type === "refused") return undefined;
        if (progress.type === "silent") break;
      }
      this.#retire("no word after the cancel");
    } catch {
      // Over, and the lane retired: nothing more can come.
    }
    return undefined;
  }

  async #wait(waitMs: number, signal: AbortSignal | undefined): Promise<IteratorResult<ExecutorFrame> | undefined> {
    if (this.#pending === undefined) {
      this.#pending = this.#frames.next();
      // It may fail while nobody waits; the next wait hears of it.
      this.#pending.catch(() => undefined);
    }
    const result = await firstOf(this.#pending, waitMs, signal);
    if (result !== undefined) this.#pending = undefined;
    return result;
  }

  async #take(frame: ExecutorFrame): Promise<CallProgress> {
    if (frame.type === "status") return { type: "status", state: frame.state, position: frame.position };
    if (frame.type === "response") return this.#accept(frame);
    if (frame.type === "error") return this.#refused(frame.code, frame.message);
    this.#text += frame.text;
    const { placed, asked } = this.#options;
    const most = isEmbedding(asked.sampling)
      ? EMBEDDING_LIMITS.answerBytes
      : mostAnswerUnits(Number(placed.request.maxOutboundTokens));
    if (this.#text.length <= most) return { type: "text", text: frame.text };
    this.#cancel.abort();
    throw this.#invalid("The answer is far longer than its token limit allows.");
  }

  async #accept({ response, signature, contentSalt }: ResponseFrame): Promise<CallProgress> {
    const { store, hasher, recover, placed, asked, promised, clock } = this.#options;
    const { request, requestHash, lane } = placed;
    await LOOP_TURNS.enter();
    const text = this.#text;
    const { stop } = asked.sampling;
    const isOfVectors = isEmbedding(asked.sampling);
    // No trace comes with vectors, whatever the profile promises of answers.
    const evidence = isOfVectors ? "text" : promised.evidence;
    const facts = {
      hasher,
      recover,
      request,
      requestHash,
      lane,
      text,
      stop,
      evidence,
      response,
      signature,
      contentSalt,
    };
    const problem = answerProblem(facts);
    if (problem !== undefined) throw this.#invalid(problem);
    const { sampling, messages } = asked;
    const isWhole = FINISH_REASONS[Number(response.finishReason)] === "stop";
    const unlike = isOfVectors ? this.#vectorsProblem(response, isWhole) : undefined;
    if (unlike !== undefined) throw this.#invalid(unlike);
    const misshapen = formProblem({ text, isWhole, sampling, messages });
    const shown = formOutcome({ text, isWhole, sampling }, misshapen);
    if (misshapen !== undefined) {
      this.#noteForm(shown);
      throw this.#invalid(misshapen);
    }
    await this.#checkCounts({ response, signature, contentSalt });
    const receipt = { request, response, clientSignature: placed.signature, executorSignature: signature };
    const responseHash = hasher.hashResponse(response);
    const bytes = new TextEncoder().encode(text);
    this.#noteForm(shown);
    store.saveReceipt({ requestHash, responseHash, receipt, contentSalt, text: bytes, receivedAtMs: clock() });
    this.#isOver = true;
    await store.committed();
    return { type: "answered", receipt, responseHash, contentSalt };
  }

  /** What a right answer of text may be, and vectors may not. */
  #vectorsProblem({ outboundTokens }: ResponseFrame["response"], isWhole: boolean): string | undefined {
    if (!isWhole && !this.#cancel.signal.aborted) return "The executor broke off before all vectors were there.";
    const counted = BigInt(embeddingOutbound(this.#text));
    if (outboundTokens === counted) return undefined;
    return `The response counts ${outboundTokens} tokens of vectors that have ${counted}.`;
  }

  /** Everything else about it is right: what proves that its counts are not is kept. */
  async #checkCounts({ response, signature, contentSalt }: Omit<ResponseFrame, "type" | "id">): Promise<void> {
    const { store, hasher, placed, asked, promised, recount, clock } = this.#options;
    const { request, requestHash } = placed;
    const { messages, sampling, weightsHash, profileHash, offerHash } = asked;
    const text = this.#text;
    const counts = await recount?.counts({ messages, asOfSeconds: Number(request.deadline), text, sampling });
    if (counts === undefined) return;
    const isSameVersion = counts.version === promised.version;
    const problem = countsProblem({ request, response, counts, isSameVersion });
    if (problem === undefined) return;
    store.saveWrongCount({
      ...{ requestHash, response, contentSalt, counts, executorSignature: signature, noticedAtMs: clock() },
      responseHash: hasher.hashResponse(response),
      opened: { messages, sampling, weightsHash, profileHash, offerHash, text },
    });
    throw this.#invalid(problem);
  }

  /** The executor holds a signed request: whatever is wrong with its answer, it may settle another one over it. */
  #invalid(problem: string): LloomError {
    const { token, placed } = this.#options;
    const { costCap, ackedCost } = placed.request;
    const mayCost = costCap - ackedCost;
    return new LloomError("RESPONSE_INVALID", problem, {
      next: `Nothing was acknowledged; the executor can settle at most ${shownAmount(mayCost, token)} for this request. It is avoided for an hour.`,
      details: { mayCost },
    });
  }

  #noteForm(outcome: FormOutcome | undefined): void {
    if (outcome === undefined) return;
    const { store, placed, onForm } = this.#options;
    const { executor, model } = placed.request;
    const counted = { executor, model, ...outcome };
    store.noteForm(counted);
    onForm(counted);
  }

  #refused(code: ErrorCode, message: string): CallProgress {
    const { store, placed, asked } = this.#options;
    if (code === "BACKEND_FAILED") this.#noteForm(failedForm(asked.sampling));
    const { executor, lane } = placed.request;
    store.saveRefusal(placed.requestHash, code);
    if (spoilsLane(code)) store.retireLane(executor, lane, code);
    this.#isOver = true;
    return { type: "refused", code, message };
  }

  #retire(because: string): void {
    const { store, placed } = this.#options;
    this.#isOver = true;
    store.retireLane(placed.request.executor, placed.request.lane, because);
    void this.#frames.return?.().catch(() => undefined);
  }
}

/** The promise's value, or `undefined` once the time is over or the signal aborts. */
async function firstOf<T>(
  promise: Promise<T>,
  waitMs: number,
  signal: AbortSignal | undefined,
): Promise<T | undefined> {
  if (signal?.aborted === true) return undefined;
  const nothing = Promise.withResolvers<undefined>();
  const giveUp = (): void => nothing.resolve(undefined);
  const timer = setTimeout(giveUp, waitMs);
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([promise, nothing.promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
  }
}
