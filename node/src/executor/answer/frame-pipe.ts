/** Frames held for a reader that is behind, before the writer waits. */
const HIGH_WATER = 256;

/**
 * From the work that makes frames to the stream that sends them. The writer waits while the reader is behind, and goes
 * on unhindered once the reader has left: the work of an answer has to be finished and signed either way.
 */
export class FramePipe<Frame> implements AsyncIterable<Frame> {
  readonly #frames: Frame[] = [];
  #failure: unknown;
  #state: "open" | "ended" | "failed" | "left" = "open";
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;

  /** The reader has left before the end. */
  get isLeft(): boolean {
    return this.#state === "left";
  }

  /** Without waiting, for frames that are few. */
  offer(frame: Frame): void {
    if (this.#state !== "open") return;
    this.#frames.push(frame);
    this.#wakeReader?.();
  }

  /** Waits while the reader is behind. */
  async push(frame: Frame): Promise<void> {
    this.offer(frame);
    while (this.#state === "open" && this.#frames.length >= HIGH_WATER)
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
  }

  end(): void {
    this.#close("ended");
  }

  /** The reader gets what was pushed before, then this. */
  fail(failure: unknown): void {
    this.#failure = failure;
    this.#close("failed");
  }

  /** The reader will not come back. */
  leave(): void {
    this.#close("left");
    this.#frames.length = 0;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame, void> {
    try {
      for (;;) {
        const frame = this.#frames.shift();
        if (frame !== undefined) {
          yield frame;
          continue;
        }
        this.#wakeWriter?.();
        if (this.#state === "failed") throw this.#failure;
        if (this.#state !== "open") return;
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
      }
    } finally {
      this.leave();
    }
  }

  #close(state: "ended" | "failed" | "left"): void {
    if (this.#state === "open") this.#state = state;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }
}
