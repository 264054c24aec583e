import type { Stream } from "@libp2p/interface";
import { asLloomError, LloomError } from "../../errors.ts";
import { encodeLength, FrameDecoder } from "./framing.ts";

/** One write to the network: large enough that encryption and system calls do not dominate. */
const BATCH_BYTES = 64 * 1024;

export interface FrameStreamEvents {
  /** A frame came; it may share memory with the network's buffers, so it is only valid during the call. */
  readonly onFrame: (frame: Uint8Array) => void;
  /** The next frame to send, or `undefined`. Asked only while the network takes more. */
  readonly nextFrame: () => Uint8Array | undefined;
  /** Broken framing, or an error that `onFrame` threw. The stream reads no more. */
  readonly onViolation: (problem: LloomError) => void;
  /** The other side sends no more, but reads on. */
  readonly onRemoteEnd: () => void;
  /** Closed from either side; called once. */
  readonly onClose: (cause: Error | undefined) => void;
}

/** How much of the other side a stream takes. */
export interface FrameLimits {
  readonly maxFrameBytes: number;
  /**
   * A frame that has begun has to end in this time, while it is read: half a frame holds its bytes and its stream for as long
   * as the peer likes. Ample for the largest over a slow line.
   */
  readonly frameMs: number;
}

/**
 * Frames over a libp2p stream, with back-pressure both ways: sending pulls from `nextFrame` only while the network takes
 * more, so what waits stays with its owner and can be merged there; receiving can be paused, and then the peer's window
 * fills up.
 */
export class FrameStream {
  readonly #stream: Stream;
  readonly #events: FrameStreamEvents;
  readonly #decoder: FrameDecoder;
  #flushScheduled = false;
  #isFull = false;
  #readable = true;
  #gone = false;
  #idle: PromiseWithResolvers<void> | undefined;
  readonly #frameMs: number;
  #frameTimer: NodeJS.Timeout | undefined;

  constructor(stream: Stream, { maxFrameBytes, frameMs }: FrameLimits, events: FrameStreamEvents) {
    this.#stream = stream;
    this.#events = events;
    this.#frameMs = frameMs;
    this.#decoder = new FrameDecoder(maxFrameBytes);
    stream.addEventListener("message", (event) => this.#receive(event.data));
    stream.addEventListener("remoteCloseWrite", () => events.onRemoteEnd());
    stream.addEventListener("drain", () => this.#makeRoom());
    stream.addEventListener("close", (event) => this.#closed(event.error));
    // A stream that was lost while its handler was being called says so no more.
    if (stream.status !== "open") queueMicrotask(() => this.#closed(undefined));
  }

  get isOpen(): boolean {
    return this.#readable && this.#stream.status === "open" && this.#stream.writeStatus === "writable";
  }

  /** Bytes given to libp2p that the network has not taken, and received bytes not yet read. */
  get bufferedBytes(): number {
    return this.#stream.writeBufferLength + this.#stream.readBufferLength + this.#decoder.bufferedBytes;
  }

  /**
   * Says that `nextFrame` has something. What is queued until the end of this turn of the event loop goes out in one write:
   * many small frames cost little more than one.
   */
  wake(): void {
    if (this.#flushScheduled || this.#isFull || this.#gone) return;
    this.#flushScheduled = true;
    setImmediate(() => {
      this.#flushScheduled = false;
      this.#flush();
    });
  }

  pause(): void {
    if (this.#stream.readStatus === "readable") this.#stream.pause();
  }

  resume(): void {
    if (this.#readable && this.#stream.readStatus === "paused") this.#stream.resume();
  }

  /** Sends what is queued, then ends this direction; gives up after `timeoutMs`. */
  async finish(timeoutMs: number): Promise<void> {
    if (this.#gone) return;
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      // Whoever says its last word while another one is on its way waits for the same.
      this.#idle ??= Promise.withResolvers();
      const idle = this.#idle;
      this.wake();
      signal.addEventListener("abort", () => idle.resolve(), { once: true });
      await idle.promise;
      await this.#stream.close({ signal });
    } catch (cause) {
      this.abort(asLloomError(cause, "STREAM_INTERRUPTED"));
    }
  }

  /** Cuts the stream at once; what is queued is lost. */
  abort(problem: LloomError): void {
    this.#stream.abort(problem);
  }

  #receive(data: Uint8Array | Iterable<Uint8Array>): void {
    if (!this.#readable) return;
    try {
      for (const part of data instanceof Uint8Array ? [data] : data) {
        for (const frame of this.#decoder.push(part)) {
          this.#stopFrameTimer();
          this.#events.onFrame(frame);
          if (!this.#readable) return;
        }
      }
      if (this.#decoder.isInside) this.#frameTimer ??= setTimeout(() => this.#frameIsLate(), this.#frameMs);
    } catch (cause) {
      this.#readable = false;
      // What follows means nothing; unread, it costs at most one window.
      this.pause();
      this.#events.onViolation(asLloomError(cause));
    }
  }

  /** The peer is told nothing and not banned: a line may be that slow. Time in which nothing was read is not its fault. */
  #frameIsLate(): void {
    this.#frameTimer = undefined;
    if (this.#stream.readStatus === "paused") this.#frameTimer = setTimeout(() => this.#frameIsLate(), this.#frameMs);
    else this.abort(new LloomError("FRAME_INVALID", `A frame was not finished in ${this.#frameMs / 1000} s.`));
  }

  #stopFrameTimer(): void {
    clearTimeout(this.#frameTimer);
    this.#frameTimer = undefined;
  }

  #flush(): void {
    while (this.#stream.writeStatus === "writable" && !this.#isFull) {
      const batch = this.#nextBatch();
      if (batch === undefined) {
        this.#idle?.resolve();
        return;
      }
      try {
        // Not awaited by libp2p's onDrain(): its promise stays resolved after the first time.
        this.#isFull = !this.#stream.send(batch);
      } catch (cause) {
        this.abort(asLloomError(cause, "STREAM_INTERRUPTED"));
      }
    }
  }

  #nextBatch(): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < BATCH_BYTES) {
      const frame = this.#events.nextFrame();
      if (frame === undefined) break;
      const length = encodeLength(frame.length);
      parts.push(length, frame);
      bytes += length.length + frame.length;
    }
    return parts.length === 0 ? undefined : Buffer.concat(parts, bytes);
  }

  #makeRoom(): void {
    if (!this.#isFull) return;
    // libp2p first sends what it kept, in a microtask of its own; only when nothing is left is there room for more.
    queueMicrotask(() => {
      if (this.#stream.writableNeedsDrain || !this.#isFull) return;
      this.#isFull = false;
      this.#flush();
    });
  }

  #closed(cause: Error | undefined): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#stopFrameTimer();
    // Frames that came before the connection was lost may still wait behind a pause.
    this.resume();
    this.#readable = false;
    this.#idle?.resolve();
    this.#events.onClose(cause);
  }
}

/** The problem of a stream that was lost. */
export function interrupted(cause: Error | undefined): LloomError {
  return new LloomError("STREAM_INTERRUPTED", "The connection was lost.", cause === undefined ? {} : { cause });
}
