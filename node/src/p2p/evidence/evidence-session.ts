import type { Stream } from "@libp2p/interface";
import { EVIDENCE_LIMITS, type EvidenceAsk, type EvidencePart } from "@lloom/protocol/evidence-messages";
import { decodeEvidenceAsk, encodeEvidencePart } from "@lloom/protocol/evidence-wire";
import { asLloomError, LloomError } from "../../errors.ts";
import { pause } from "../../primitives/pause.ts";
import { FrameStream } from "../frames/frame-stream.ts";
import type { EvidenceServerLimits } from "../limits.ts";

export interface EvidenceSessionOptions {
  readonly stream: Stream;
  readonly limits: EvidenceServerLimits;
  readonly answer: (ask: EvidenceAsk) => Promise<Iterable<EvidencePart>>;
  /** The network has taken the whole answer. */
  readonly onSaid: () => void;
  /** The peer broke the protocol; `told` resolves when it has heard of it or had the time to. */
  readonly onViolation: (problem: LloomError, told: Promise<void>) => void;
  readonly onClose: () => void;
}

/** How long the last word to a peer may take, and then how long the peer may take to close. */
const FAREWELL_MS = 500;
const MAX_MESSAGE = 1000;
/** A busy node may be told that the time is over before it is given what came meanwhile. */
const LOOK_AGAIN_MS = 100;

/** One question and its answer, which is read from its parts no faster than the network takes them. */
export class EvidenceSession {
  readonly #options: EvidenceSessionOptions;
  readonly #frames: FrameStream;
  readonly #closed = Promise.withResolvers<void>();
  #parts: Iterator<EvidencePart> | undefined;
  #timer: NodeJS.Timeout;
  /** Runs while the network takes nothing of the answer. */
  #stalled: NodeJS.Timeout | undefined;
  #isAsked = false;

  constructor(options: EvidenceSessionOptions) {
    this.#options = options;
    const { askMs } = options.limits;
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(() => this.cut(late("question")), LOOK_AGAIN_MS);
    }, askMs);
    this.#frames = new FrameStream(
      options.stream,
      { maxFrameBytes: EVIDENCE_LIMITS.askBytes, frameMs: askMs },
      {
        onFrame: (bytes) => this.#receive(bytes),
        nextFrame: () => this.#nextFrame(),
        onViolation: (problem) => options.onViolation(problem, this.#farewell(problem)),
        // Whoever has asked may end its direction.
        onRemoteEnd: () => this.#isAsked || this.cut(late("question")),
        onClose: () => this.#lost(),
      },
    );
  }

  /** Ends it at once. */
  cut(problem: LloomError): void {
    this.#frames.abort(problem);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#isAsked) throw new LloomError("FRAME_INVALID", "A stream carries one question.");
    const ask = decodeEvidenceAsk(bytes);
    this.#isAsked = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.cut(late("answer")), this.#options.limits.answerMs);
    void this.#answer(ask);
  }

  async #answer(ask: EvidenceAsk): Promise<void> {
    const parts = await this.#options.answer(ask).then(
      (answer) => answer[Symbol.iterator](),
      (thrown: unknown) => errorOf(asLloomError(thrown)),
    );
    // Who broke the protocol meanwhile is told that, and nothing else.
    this.#parts ??= parts;
    const { answerMs, stallMs } = this.#options.limits;
    this.#stalled = setTimeout(() => this.cut(late("answer")), stallMs);
    await this.#frames.finish(answerMs);
    clearTimeout(this.#stalled);
    this.#options.onSaid();
  }

  #nextFrame(): Uint8Array | undefined {
    this.#stalled?.refresh();
    try {
      const next = this.#parts?.next();
      return next === undefined || next.done === true ? undefined : encodeEvidencePart(next.value);
    } catch (thrown) {
      // What is kept here is damaged.
      this.cut(asLloomError(thrown));
      return undefined;
    }
  }

  async #farewell(problem: LloomError): Promise<void> {
    this.#parts = errorOf(problem);
    await this.#frames.finish(FAREWELL_MS);
    // To close the connection at once would reset it under what the peer has not read.
    await Promise.race([this.#closed.promise, pause(FAREWELL_MS)]);
  }

  #lost(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#stalled);
    this.#parts?.return?.();
    this.#parts = undefined;
    this.#closed.resolve();
    this.#options.onClose();
  }
}

/** Tells why a stream is not taken, and ends it. */
export function refuse(stream: Stream, problem: LloomError): void {
  const word = errorOf(problem);
  const frames = new FrameStream(
    stream,
    { maxFrameBytes: EVIDENCE_LIMITS.askBytes, frameMs: FAREWELL_MS },
    {
      onFrame: () => undefined,
      nextFrame: () => {
        const { done, value } = word.next();
        return done === true ? undefined : encodeEvidencePart(value);
      },
      onViolation: (wrong) => frames.abort(wrong),
      onRemoteEnd: () => undefined,
      onClose: () => clearTimeout(timer),
    },
  );
  // A peer that does not close keeps nothing open.
  const timer = setTimeout(() => frames.abort(problem), 2 * FAREWELL_MS);
  void frames.finish(FAREWELL_MS);
}

const errorOf = ({ code, message }: LloomError): Iterator<EvidencePart> =>
  [{ type: "error" as const, code, message: message.slice(0, MAX_MESSAGE) }].values();

const late = (what: string): LloomError => new LloomError("STREAM_INTERRUPTED", `The ${what} did not end in time.`);
