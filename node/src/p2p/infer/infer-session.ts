import type { Stream } from "@libp2p/interface";
import type { Address } from "@lloom/protocol/commitment-types";
import { type ClientFrame, type RequestFrame, WIRE_LIMITS } from "@lloom/protocol/messages";
import { decodeClientFrame, encodeExecutorFrame } from "@lloom/protocol/wire";
import { asLloomError, LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { pause } from "../../primitives/pause.ts";
import { FrameStream, interrupted } from "../frames/frame-stream.ts";
import type { InferLimits } from "../limits.ts";
import { AnswerQueue, type ExecutorFrameBody } from "./answer-queue.ts";
import type { PeerQuotas, PeerUse } from "./peer-quotas.ts";

/** Error frames with this id are about the stream, not about one request; clients count their ids from 1. */
export const STREAM_ID = 0;
/** Refusals that wait for the network; above this, nothing more is read. */
const MAX_WAITING_REFUSALS = 256;
/** How long the last word to a peer may take, and then how long the peer may take to close. */
const FAREWELL_MS = 500;
const MAX_MESSAGE = 1000;

/** A request as a handler sees it. */
export interface InferCall {
  readonly frame: RequestFrame;
  readonly client: { readonly peerId: string; readonly address: Address };
  /** Aborted with CANCELLED by the client, STREAM_INTERRUPTED when the client is gone, DRAINING when serving ends. */
  readonly signal: AbortSignal;
}

/**
 * Answers a request; the last frame is a response or an error. What it throws becomes an error frame. It is pulled no
 * faster than the network takes its frames. After the signal it goes on until it ends by itself, so that it can save, sign
 * and, unless the client is gone, tell.
 */
export type InferHandler = (call: InferCall) => AsyncIterable<ExecutorFrameBody>;

export interface SessionOptions {
  readonly stream: Stream;
  readonly client: InferCall["client"];
  readonly handle: InferHandler;
  readonly limits: InferLimits;
  readonly quotas: PeerQuotas;
  readonly use: PeerUse;
  readonly log: Log;
  /** The peer broke the protocol; `told` resolves when it has heard of it or had the time to. */
  readonly onViolation: (problem: LloomError, told: Promise<void>) => void;
  readonly onClose: () => void;
}

interface OpenAnswer {
  readonly id: number;
  readonly bytes: number;
  readonly queue: AnswerQueue;
  readonly cancel: AbortController;
  /** Has a place in the round of those that have something to send. */
  isReady: boolean;
  hasLast: boolean;
  isAbandoned: boolean;
}

/** One client's stream: opens answers, sends their frames in turn. */
export class InferSession {
  readonly #options: SessionOptions;
  readonly #frames: FrameStream;
  readonly #answers = new Map<number, OpenAnswer>();
  /** Answers with something to send, each served one frame at a time. */
  readonly #round: OpenAnswer[] = [];
  readonly #refusals: { id: number; problem: LloomError }[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #closed = Promise.withResolvers<void>();
  #readTimer: NodeJS.Timeout | undefined;
  #ending: LloomError | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#frames = new FrameStream(
      options.stream,
      { maxFrameBytes: WIRE_LIMITS.frameBytes, frameMs: options.limits.frameMs },
      {
        onFrame: (bytes) => this.#receive(bytes),
        nextFrame: () => this.#nextFrame(),
        onViolation: (problem) => options.onViolation(problem, this.#farewell(problem)),
        onRemoteEnd: () => this.#closeWhenDone(),
        onClose: (cause) => this.#lost(cause),
      },
    );
  }

  /** Text and bytes that wait for the client to read. */
  get queuedBytes(): number {
    let bytes = this.#frames.bufferedBytes;
    for (const answer of this.#answers.values()) bytes += answer.queue.queuedText;
    return bytes;
  }

  /** Takes no more requests, aborts the open ones, waits for their handlers until the signal, then closes. */
  async end(signal: AbortSignal): Promise<void> {
    this.#ending = new LloomError("DRAINING", "This executor is shutting down.");
    for (const answer of this.#answers.values()) answer.cancel.abort(this.#ending);
    const late = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    await Promise.race([Promise.all(this.#running), late]);
    await this.#frames.finish(FAREWELL_MS);
  }

  #receive(bytes: Uint8Array): void {
    const delayMs = this.#options.quotas.readDelayMs(this.#options.use, bytes.length);
    if (delayMs > 0) this.#readLater(delayMs);
    const frame = decoded(bytes);
    if (frame.type === "request") this.#open(frame, bytes.length);
    else this.#answers.get(frame.id)?.cancel.abort(new LloomError("CANCELLED", "The client cancelled the request."));
  }

  #open(frame: RequestFrame, bytes: number): void {
    const { quotas, use, limits } = this.#options;
    if (frame.id === STREAM_ID) throw new LloomError("FRAME_INVALID", "id: 0 stands for the stream; count from 1.");
    if (this.#answers.has(frame.id)) throw new LloomError("FRAME_INVALID", `id: ${frame.id} is still open.`);
    const refusal = this.#ending ?? quotas.openRequest(use, bytes);
    if (refusal !== undefined) {
      this.#refuse(frame.id, refusal);
      return;
    }
    const answer: OpenAnswer = {
      id: frame.id,
      bytes,
      queue: new AnswerQueue(limits.queuedTextPerRequest),
      cancel: new AbortController(),
      isReady: false,
      hasLast: false,
      isAbandoned: false,
    };
    this.#answers.set(frame.id, answer);
    const run = this.#run(answer, frame).finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  async #run(answer: OpenAnswer, frame: RequestFrame): Promise<void> {
    const { handle, client, quotas, use } = this.#options;
    try {
      for await (const body of handle({ frame, client, signal: answer.cancel.signal })) {
        if (!answer.hasLast) this.#push(answer, body);
        if (answer.hasLast || answer.isAbandoned) break;
        await answer.queue.room();
      }
      if (!answer.hasLast) throw new LloomError("INTERNAL", "The executor ended without an answer.");
    } catch (thrown) {
      this.#fail(answer, thrown);
    } finally {
      quotas.closeRequest(use, answer.bytes);
    }
  }

  #fail(answer: OpenAnswer, thrown: unknown): void {
    if (answer.hasLast) {
      this.#options.log.error({ err: thrown }, "a request's handler failed after its last frame");
      return;
    }
    // What is not ours to say may hold anything, a prompt too.
    const known = thrown instanceof LloomError;
    if (!known) this.#options.log.error({ err: thrown }, "a request's handler failed");
    const problem = known ? thrown : new LloomError("INTERNAL", "The executor failed.");
    this.#push(answer, { type: "error", code: problem.code, message: problem.message.slice(0, MAX_MESSAGE) });
  }

  #push(answer: OpenAnswer, body: ExecutorFrameBody): void {
    answer.hasLast ||= body.type === "response" || body.type === "error";
    if (body.type === "response") this.#options.quotas.notePaid(this.#options.use);
    answer.queue.push(body);
    if (answer.isReady || answer.queue.isEmpty) return;
    answer.isReady = true;
    this.#round.push(answer);
    this.#frames.wake();
  }

  #refuse(id: number, problem: LloomError): void {
    this.#refusals.push({ id, problem });
    if (this.#refusals.length > MAX_WAITING_REFUSALS) this.#frames.pause();
    this.#frames.wake();
  }

  #nextFrame(): Uint8Array | undefined {
    const refusal = this.#refusals.shift();
    if (refusal !== undefined) {
      if (this.#refusals.length === 0 && this.#readTimer === undefined) this.#frames.resume();
      const { code, message } = refusal.problem;
      return encodeExecutorFrame({ type: "error", id: refusal.id, code, message: message.slice(0, MAX_MESSAGE) });
    }
    const answer = this.#round.shift();
    const body = answer?.queue.next();
    if (answer === undefined || body === undefined) return undefined;
    answer.isReady = !answer.queue.isEmpty;
    if (answer.isReady) this.#round.push(answer);
    else if (answer.hasLast) this.#answers.delete(answer.id);
    return this.#encoded(answer, body);
  }

  /** A handler's frame that the protocol does not allow ends its own answer, not the stream. */
  #encoded(answer: OpenAnswer, body: ExecutorFrameBody): Uint8Array {
    try {
      return encodeExecutorFrame({ ...body, id: answer.id });
    } catch (thrown) {
      this.#options.log.error({ err: thrown }, "a request's handler gave an invalid frame");
      answer.hasLast = true;
      answer.queue.discard();
      this.#answers.delete(answer.id);
      const message = "The executor failed.";
      return encodeExecutorFrame({ type: "error", id: answer.id, code: "INTERNAL", message });
    }
  }

  #readLater(delayMs: number): void {
    this.#frames.pause();
    clearTimeout(this.#readTimer);
    this.#readTimer = setTimeout(() => {
      this.#readTimer = undefined;
      if (this.#refusals.length <= MAX_WAITING_REFUSALS) this.#frames.resume();
    }, delayMs);
  }

  async #farewell(problem: LloomError): Promise<void> {
    this.#round.length = 0;
    this.#refuse(STREAM_ID, problem);
    await this.#frames.finish(FAREWELL_MS);
    // To close the connection at once would reset it under what the peer has not read.
    await Promise.race([this.#closed.promise, pause(FAREWELL_MS)]);
  }

  /** The client sends no more, but may wait for what it asked. */
  async #closeWhenDone(): Promise<void> {
    await Promise.all(this.#running);
    await this.#frames.finish(this.#options.limits.abandonMs);
  }

  #lost(cause: Error | undefined): void {
    clearTimeout(this.#readTimer);
    const open = [...this.#answers.values()].filter((answer) => !answer.hasLast);
    for (const answer of this.#answers.values()) {
      answer.cancel.abort(interrupted(cause));
      answer.queue.discard();
    }
    if (open.length > 0) this.#abandonLater(open);
    this.#answers.clear();
    this.#closed.resolve();
    this.#options.onClose();
  }

  #abandonLater(open: readonly OpenAnswer[]): void {
    const timer = setTimeout(() => {
      for (const answer of open) answer.isAbandoned = true;
    }, this.#options.limits.abandonMs);
    void Promise.all(this.#running).then(() => clearTimeout(timer));
  }
}

function decoded(bytes: Uint8Array): ClientFrame {
  try {
    return decodeClientFrame(bytes);
  } catch (thrown) {
    throw asLloomError(thrown, "FRAME_INVALID");
  }
}
