import type { Stream } from "@libp2p/interface";
import { type ExecutorFrame, type RequestFrame, WIRE_LIMITS } from "@lloom/protocol/messages";
import { decodeExecutorFrame, encodeClientFrame } from "@lloom/protocol/wire";
import { asLloomError, LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { FrameStream, interrupted } from "../frames/frame-stream.ts";
import { type PeerTarget, unreachable } from "../host/dial.ts";
import type { InferPoolLimits } from "../limits.ts";
import { STREAM_ID } from "./infer-session.ts";
import { isLast, type Reply } from "./reply.ts";

const LARGEST_ID = 0xffff_ffff;
const FAREWELL_MS = 1000;

/** A request without the id, which the stream chooses. */
export type RequestBody = Omit<RequestFrame, "id">;

export interface ExecutorStreamOptions {
  readonly stream: Stream;
  readonly target: PeerTarget;
  readonly limits: InferPoolLimits;
  /** It goes through a relay. */
  readonly isRelayed: boolean;
  /** The executor broke the protocol. */
  readonly onViolation: (problem: LloomError) => void;
  readonly onClose: () => void;
}

/** The client's side of one stream: gives out ids, sorts frames to their replies, holds the executor back when they fill. */
export class ExecutorStream {
  readonly #options: ExecutorStreamOptions;
  readonly #frames: FrameStream;
  /** Requests that the executor has not ended. */
  readonly #open = new Set<number>();
  /** Answers whose reader has not ended. */
  readonly #replies = new Map<number, Reply>();
  #unreadBytes = 0;
  #outgoing: Uint8Array[] = [];
  #unsentBytes = 0;
  readonly #tasks: (() => void)[] = [];
  #lastId = STREAM_ID;
  #stallTimer: NodeJS.Timeout | undefined;
  #problem: LloomError | undefined;
  #isRetired = false;

  constructor(options: ExecutorStreamOptions) {
    this.#options = options;
    this.#frames = new FrameStream(
      options.stream,
      { maxFrameBytes: WIRE_LIMITS.frameBytes, frameMs: options.limits.frameMs },
      {
        onFrame: (bytes) => this.#receive(bytes),
        nextFrame: () => this.#nextFrame(),
        onViolation: (problem) => {
          this.close(problem);
          options.onViolation(problem);
        },
        onRemoteEnd: () => void this.#frames.finish(FAREWELL_MS),
        onClose: (cause) => this.#lost(cause),
      },
    );
  }

  get isOpen(): boolean {
    return this.#problem === undefined && this.#frames.isOpen;
  }

  get isRelayed(): boolean {
    return this.#options.isRelayed;
  }

  /** Received and unread, and not yet sent. */
  get queuedBytes(): number {
    return this.#unreadBytes + this.#unsentBytes + this.#frames.bufferedBytes;
  }

  /** Runs `task`, which sends, when the network has taken enough of what was sent before; also when the stream is lost. */
  whenRoom(task: () => void): void {
    this.#tasks.push(task);
    this.#runTasks();
  }

  /** Sends a request whose frames go to `reply`; returns its id. Throws FRAME_TOO_LARGE and what encoding finds. */
  send(request: RequestBody, reply: Reply): number {
    if (this.#problem !== undefined) throw this.#problem;
    const id = this.#freeId();
    const bytes = encoded({ ...request, id });
    this.#open.add(id);
    this.#replies.set(id, reply);
    this.#queue(bytes);
    return id;
  }

  /** Asks the executor to stop; its last frame still comes. */
  cancel(id: number): void {
    if (this.#open.has(id)) this.#queue(encodeClientFrame({ type: "cancel", id }));
  }

  /** The reader has ended. If the executor has not, it is told to stop, and its frames are dropped. */
  release(id: number): void {
    if (this.#replies.delete(id)) this.cancel(id);
  }

  /** Unread bytes changed: holds the executor back when there are too many, lets it go on when enough were read. */
  count(change: number): void {
    this.#unreadBytes += change;
    if (change > 0 || this.#stallTimer === undefined || !this.#hasSlack()) return;
    clearInterval(this.#stallTimer);
    this.#stallTimer = undefined;
    this.#frames.resume();
  }

  /** No more requests come: ends when the last answer has. */
  retire(): void {
    this.#isRetired = true;
    this.#endIfRetired();
  }

  #endIfRetired(): void {
    if (this.#isRetired && this.#open.size === 0 && this.#tasks.length === 0) void this.#frames.finish(FAREWELL_MS);
  }

  /** Cuts the stream; every open reply fails. */
  close(problem: LloomError): void {
    this.#problem ??= problem;
    this.#frames.abort(problem);
  }

  #receive(bytes: Uint8Array): void {
    const frame = decoded(bytes);
    if (frame.id === STREAM_ID && frame.type === "error") {
      // What the executor has to say before it leaves; the close that follows passes it on.
      this.#problem ??= new LloomError(frame.code, `The executor ended the stream: ${frame.message}`);
      return;
    }
    if (!this.#open.has(frame.id)) throw new LloomError("FRAME_INVALID", `id: ${frame.id} is no open request.`);
    if (isLast(frame)) this.#open.delete(frame.id);
    const reply = this.#replies.get(frame.id);
    reply?.push(frame, bytes.length);
    if (reply !== undefined) this.#restrain(reply);
    this.#endIfRetired();
  }

  /** Stops reading when too much is unread; the executor's window fills up, then it waits. */
  #restrain(reply: Reply): void {
    const { unreadBytesPerAnswer, unreadBytesPerStream, stallMs } = this.#options.limits;
    if (this.#stallTimer !== undefined) return;
    if (reply.unreadBytes <= unreadBytesPerAnswer && this.#unreadBytes <= unreadBytesPerStream) return;
    this.#frames.pause();
    this.#stallTimer = setInterval(() => this.#dropStalled(), stallMs / 2);
  }

  #dropStalled(): void {
    const now = steadyClock();
    for (const [id, reply] of this.#replies) {
      if (reply.stalledMs(now) < this.#options.limits.stallMs) continue;
      this.release(id);
      reply.drop(new LloomError("STREAM_INTERRUPTED", "The answer was not read in time."));
    }
  }

  #hasSlack(): boolean {
    const { unreadBytesPerAnswer, unreadBytesPerStream } = this.#options.limits;
    if (this.#unreadBytes > unreadBytesPerStream / 2) return false;
    return [...this.#replies.values()].every((reply) => reply.unreadBytes <= unreadBytesPerAnswer / 2);
  }

  #freeId(): number {
    do this.#lastId = this.#lastId === LARGEST_ID ? STREAM_ID + 1 : this.#lastId + 1;
    while (this.#replies.has(this.#lastId) || this.#open.has(this.#lastId));
    return this.#lastId;
  }

  #queue(bytes: Uint8Array): void {
    this.#outgoing.push(bytes);
    this.#unsentBytes += bytes.length;
    this.#frames.wake();
  }

  #nextFrame(): Uint8Array | undefined {
    const bytes = this.#outgoing.shift();
    if (bytes !== undefined) this.#unsentBytes -= bytes.length;
    this.#runTasks();
    return bytes;
  }

  #runTasks(): void {
    while (this.#unsentBytes < this.#options.limits.unsentBytes) {
      const task = this.#tasks.shift();
      if (task === undefined) return;
      task();
    }
  }

  #lost(cause: Error | undefined): void {
    clearInterval(this.#stallTimer);
    const problem = this.#problem;
    this.#problem ??= interrupted(cause);
    const replies = [...this.#replies.values()];
    this.#replies.clear();
    for (const reply of replies) {
      reply.fail(
        problem ?? (reply.hasReceived ? this.#problem : unreachable(this.#options.target, "the stream was lost")),
      );
    }
    this.#open.clear();
    this.#outgoing = [];
    this.#unsentBytes = 0;
    this.#runTasks();
    this.#options.onClose();
  }
}

function encoded(frame: RequestFrame): Uint8Array {
  const bytes = encodeClientFrame(frame);
  if (bytes.length <= WIRE_LIMITS.frameBytes) return bytes;
  const most = WIRE_LIMITS.frameBytes;
  throw new LloomError("FRAME_TOO_LARGE", `The request takes ${bytes.length} bytes; at most ${most} can be sent.`);
}

function decoded(bytes: Uint8Array): ExecutorFrame {
  try {
    return decodeExecutorFrame(bytes);
  } catch (thrown) {
    throw asLloomError(thrown, "FRAME_INVALID");
  }
}
