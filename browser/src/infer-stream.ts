import type { Stream } from "@libp2p/interface";
import { asLloomError, LloomError } from "@lloom/protocol/lloom-error";
import { type ExecutorFrame, type RequestFrame, WIRE_LIMITS } from "@lloom/protocol/messages";
import { decodeExecutorFrame, encodeClientFrame } from "@lloom/protocol/wire";
import { encodeLength, FrameDecoder } from "../../node/src/p2p/frames/framing.ts";

/** Frames with this id are about the stream. */
const STREAM_ID = 0;
/** How long the last frame of a cancelled request may take, as long as a node waits (docs/protocol/requests.md). */
export const CANCEL_GRACE_MS = 10_000;

/** What waits for the reader of one answer. */
interface Reader {
  readonly frames: ExecutorFrame[];
  problem?: LloomError;
  wake: PromiseWithResolvers<void>;
}

/** `/lloom/infer/1` from a page: any number of requests on one stream, told apart by their ids. */
export class InferStream {
  readonly #stream: Stream;
  readonly #decoder = new FrameDecoder(WIRE_LIMITS.frameBytes);
  readonly #readers = new Map<number, Reader>();
  #lastId = STREAM_ID;
  #problem: LloomError | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
    stream.addEventListener("message", ({ data }) => this.#receive(data));
    stream.addEventListener("close", () =>
      this.#fail(new LloomError("STREAM_INTERRUPTED", "The connection was lost.")),
    );
  }

  get isOpen(): boolean {
    return this.#problem === undefined && this.#stream.status === "open";
  }

  /**
   * Sends a request, and gives what the executor says to it until the last frame. At the signal the executor is told to stop; one that
   * does not end it within `CANCEL_GRACE_MS` is left: STREAM_INTERRUPTED, as when the connection is lost. Throws FRAME_INVALID.
   */
  async *request(body: Omit<RequestFrame, "id">, cancel: AbortSignal): AsyncGenerator<ExecutorFrame> {
    if (this.#problem !== undefined) throw this.#problem;
    this.#lastId += 1;
    const id = this.#lastId;
    const reader: Reader = { frames: [], wake: Promise.withResolvers() };
    this.#readers.set(id, reader);
    const sendCancel = (): void => this.#send(encodeClientFrame({ type: "cancel", id }));
    let grace: ReturnType<typeof setTimeout> | undefined;
    const onCancel = (): void => {
      sendCancel();
      grace = setTimeout(() => end(reader, ignored()), CANCEL_GRACE_MS);
    };
    let isOver = false;
    try {
      this.#send(encodeClientFrame({ ...body, id }));
      cancel.addEventListener("abort", onCancel, { once: true });
      for (;;) {
        const frame = reader.frames.shift();
        if (frame === undefined && reader.problem !== undefined) throw reader.problem;
        if (frame === undefined) {
          await reader.wake.promise;
          reader.wake = Promise.withResolvers();
          continue;
        }
        isOver = frame.type === "response" || frame.type === "error";
        yield frame;
        if (isOver) return;
      }
    } finally {
      cancel.removeEventListener("abort", onCancel);
      clearTimeout(grace);
      this.#readers.delete(id);
      if (!isOver && this.isOpen) sendCancel();
    }
  }

  /** Ends the stream; answers that are on their way are lost. */
  close(): void {
    this.#stream.abort(new LloomError("CANCELLED", "The page is done."));
  }

  #send(frame: Uint8Array): void {
    const length = encodeLength(frame.length);
    const bytes = new Uint8Array(length.length + frame.length);
    bytes.set(length);
    bytes.set(frame, length.length);
    this.#stream.send(bytes);
  }

  #receive(data: Uint8Array | Iterable<Uint8Array>): void {
    try {
      for (const part of data instanceof Uint8Array ? [data] : data)
        for (const bytes of this.#decoder.push(part)) this.#sort(decodeExecutorFrame(bytes));
    } catch (thrown) {
      const problem = asLloomError(thrown, "FRAME_INVALID");
      this.#fail(problem);
      this.#stream.abort(problem);
    }
  }

  #sort(frame: ExecutorFrame): void {
    if (frame.id === STREAM_ID && frame.type === "error") {
      this.#fail(new LloomError(frame.code, `The executor ended the stream: ${frame.message}`));
      return;
    }
    const reader = this.#readers.get(frame.id);
    // What is not read any more was cancelled.
    reader?.frames.push(frame);
    reader?.wake.resolve();
  }

  #fail(problem: LloomError): void {
    this.#problem ??= problem;
    for (const reader of this.#readers.values()) end(reader, this.#problem);
  }
}

function end(reader: Reader, problem: LloomError): void {
  reader.problem ??= problem;
  reader.wake.resolve();
}

const ignored = (): LloomError =>
  new LloomError("STREAM_INTERRUPTED", "The executor did not end the cancelled request in time.");
