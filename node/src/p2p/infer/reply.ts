import type { ExecutorFrame } from "@lloom/protocol/messages";
import type { LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";

/** What an unread frame costs besides its bytes. */
const FRAME_OVERHEAD_BYTES = 128;

export interface ReplyEvents {
  /** The first frame is asked for. Called once. */
  readonly onStart: () => void;
  /** Unread bytes changed by so much. */
  readonly onUnread: (change: number) => void;
  /** No more frames will come: the last one did, or a failure. Called once, unless the reader leaves first. */
  readonly onComplete: () => void;
  /** The reader has everything, or left. Called once. */
  readonly onDone: () => void;
}

/** Received frames of one request until its reader takes them. `return` ends it at once, also while `next` waits. */
export class Reply implements AsyncIterableIterator<ExecutorFrame> {
  readonly #events: ReplyEvents;
  #frames: { frame: ExecutorFrame; bytes: number }[] = [];
  #waiting: PromiseWithResolvers<void> | undefined;
  #problem: LloomError | undefined;
  #state: "new" | "open" | "complete" | "done" = "new";
  #unreadBytes = 0;
  #unreadSinceMs = 0;
  #hasReceived = false;

  constructor(events: ReplyEvents) {
    this.#events = events;
  }

  /** A frame came; what is lost now is an interruption, not a failure to reach. */
  get hasReceived(): boolean {
    return this.#hasReceived;
  }

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  /** Takes frames still. */
  get isOpen(): boolean {
    return this.#state === "new" || this.#state === "open";
  }

  /** Milliseconds for which the reader has taken nothing of what there is. */
  stalledMs(nowMs: number): number {
    return this.#unreadBytes === 0 ? 0 : nowMs - this.#unreadSinceMs;
  }

  /** A frame came. */
  push(frame: ExecutorFrame, frameBytes: number): void {
    if (!this.isOpen) return;
    this.#hasReceived = true;
    if (this.#unreadBytes === 0) this.#unreadSinceMs = steadyClock();
    const bytes = frameBytes + FRAME_OVERHEAD_BYTES;
    this.#frames.push({ frame, bytes });
    this.#count(bytes);
    if (isLast(frame)) this.#complete();
    this.#waiting?.resolve();
  }

  /** No more frames will come; those that came are still read before the reader hears of it. */
  fail(problem: LloomError): void {
    if (!this.isOpen) return;
    this.#problem = problem;
    this.#complete();
    this.#waiting?.resolve();
  }

  /** Like `fail`, and what was not read is dropped. */
  drop(problem: LloomError): void {
    this.#clear();
    if (this.#state === "complete") this.#problem = problem;
    else this.fail(problem);
  }

  async next(): Promise<IteratorResult<ExecutorFrame>> {
    if (this.#state === "new") {
      this.#state = "open";
      this.#events.onStart();
    }
    while (this.#frames.length === 0 && this.isOpen) {
      this.#waiting ??= Promise.withResolvers();
      await this.#waiting.promise;
      this.#waiting = undefined;
    }
    const next = this.#frames.shift();
    if (next === undefined) return this.#end();
    this.#unreadSinceMs = steadyClock();
    this.#count(-next.bytes);
    if (isLast(next.frame)) this.#done();
    return { done: false, value: next.frame };
  }

  async return(): Promise<IteratorResult<ExecutorFrame>> {
    this.#clear();
    this.#problem = undefined;
    if (this.isOpen) this.#complete();
    return this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(): IteratorResult<ExecutorFrame> {
    const problem = this.#problem;
    this.#problem = undefined;
    this.#done();
    this.#waiting?.resolve();
    if (problem !== undefined) throw problem;
    return { done: true, value: undefined };
  }

  #complete(): void {
    this.#state = "complete";
    this.#events.onComplete();
  }

  #done(): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#events.onDone();
  }

  #clear(): void {
    this.#frames = [];
    this.#count(-this.#unreadBytes);
  }

  #count(change: number): void {
    this.#unreadBytes += change;
    if (change !== 0) this.#events.onUnread(change);
  }
}

/** Whether a frame ends its request. */
export const isLast = (frame: ExecutorFrame): boolean => frame.type === "response" || frame.type === "error";
