import type { ExecutorFrameBody } from "../../p2p/infer/answer-queue.ts";
import type { FramePipe } from "./frame-pipe.ts";
import type { ServingWatch } from "./serving-watch.ts";

type ResponseBody = Extract<ExecutorFrameBody, { type: "response" }>;

/** Text that comes sooner says itself that the answer has begun. */
const STATUS_AFTER_MS = 20;
/** How long text that ends its answer waits for the signed response: as long as a disk takes, and some servers end late. */
const HELD_MS = 20;
/** More text than this is under way before the response is signed. */
const MOST_HELD_UNITS = 16 * 1024;

/**
 * Tells the client of an admitted request what becomes of it, in as few messages as may be: each is encrypted, written and read by
 * itself, and wakes the peer. An answer that a backend gives at once is one message, with its text and its signature.
 */
export class Telling implements Disposable {
  readonly #pipe: FramePipe<ExecutorFrameBody>;
  readonly #watch: Pick<ServingWatch, "text">;
  #status: NodeJS.Timeout | undefined;
  #held = "";
  #holding: NodeJS.Timeout | undefined;

  constructor(pipe: FramePipe<ExecutorFrameBody>, watch: Pick<ServingWatch, "text">) {
    this.#pipe = pipe;
    this.#watch = watch;
  }

  /** It waits for its turn. */
  queued(position: number): void {
    this.#pipe.offer({ type: "status", state: "queued", position });
  }

  /** It is its turn. */
  running(): void {
    const tell = (): void => this.#pipe.offer({ type: "status", state: "running", position: 0 });
    this.#status = setTimeout(tell, STATUS_AFTER_MS);
  }

  /** A piece of text; waits while the reader is behind. `isLast`: the backend has said that nothing follows. */
  text(text: string, isLast: boolean): Promise<void> {
    clearTimeout(this.#status);
    this.#release();
    if (!isLast || text.length > MOST_HELD_UNITS) return this.#push(text);
    this.#held = text;
    this.#holding = setTimeout(() => this.#release(), HELD_MS);
    return Promise.resolve();
  }

  /** The signed response, which is the end. */
  answered(frame: ResponseBody): void {
    this.#release();
    this.#pipe.offer(frame);
    this.#pipe.end();
  }

  /** No answer comes; text that waited for one is not sent any more. */
  failed(problem: unknown): void {
    this.#pipe.fail(problem);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#status);
    clearTimeout(this.#holding);
  }

  #release(): void {
    clearTimeout(this.#holding);
    const held = this.#held;
    this.#held = "";
    // Held text is short: nobody has to wait for its reader.
    if (held !== "") void this.#push(held);
  }

  #push(text: string): Promise<void> {
    this.#watch.text();
    return this.#pipe.push({ type: "token", text });
  }
}
