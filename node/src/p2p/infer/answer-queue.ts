import type { ExecutorFrame } from "@lloom/protocol/messages";

type WithoutId<Frame> = Frame extends unknown ? Omit<Frame, "id"> : never;
/** What a handler yields: a frame whose id the stream knows. */
export type ExecutorFrameBody = WithoutId<ExecutorFrame>;

/** Text of one frame, in UTF-16 units; small enough that other answers get their turn. */
const FRAME_TEXT = 16 * 1024;

/**
 * Frames of one answer that the network has not taken yet. Token text that waits is merged, so that a sender ahead of the
 * network sends few large frames; above the limit, `room` makes the backend wait.
 */
export class AnswerQueue {
  readonly #maxText: number;
  #frames: ExecutorFrameBody[] = [];
  #text = 0;
  #room: PromiseWithResolvers<void> | undefined;
  #discarding = false;

  constructor(maxText: number) {
    this.#maxText = maxText;
  }

  /** UTF-16 units of text that wait. */
  get queuedText(): number {
    return this.#text;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  push(frame: ExecutorFrameBody): void {
    if (this.#discarding) return;
    if (frame.type !== "token") {
      this.#frames.push(frame);
      return;
    }
    for (const text of pieces(frame.text)) this.#pushText(text);
  }

  next(): ExecutorFrameBody | undefined {
    const frame = this.#frames.shift();
    if (frame?.type === "token") this.#text -= frame.text.length;
    if (this.#text < this.#maxText) this.#room?.resolve();
    return frame;
  }

  /** Resolves when more text may be pushed. */
  async room(): Promise<void> {
    if (this.#text < this.#maxText) return;
    this.#room = Promise.withResolvers();
    await this.#room.promise;
  }

  /** Nobody will read: drops what waits and what comes. */
  discard(): void {
    this.#discarding = true;
    this.#frames = [];
    this.#text = 0;
    this.#room?.resolve();
  }

  #pushText(text: string): void {
    const last = this.#frames.at(-1);
    this.#text += text.length;
    if (last?.type === "token" && last.text.length + text.length <= FRAME_TEXT) {
      this.#frames[this.#frames.length - 1] = { type: "token", text: last.text + text };
    } else {
      this.#frames.push({ type: "token", text });
    }
  }
}

/** Cuts long text, never through a surrogate pair: the pieces' UTF-8 must be that of the whole. */
function* pieces(text: string): Generator<string> {
  let start = 0;
  while (text.length - start > FRAME_TEXT) {
    let end = start + FRAME_TEXT;
    const unit = text.charCodeAt(end - 1);
    if (unit >= 0xd800 && unit <= 0xdbff) end -= 1;
    yield text.slice(start, end);
    start = end;
  }
  if (start < text.length) yield text.slice(start);
}
