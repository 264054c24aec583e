import { asLloomError, LloomError } from "../../errors.ts";
import type { ExecutorFrameBody } from "../../p2p/infer/answer-queue.ts";
import type { InferCall } from "../../p2p/infer/infer-session.ts";
import { LOOP_TURNS } from "../../primitives/loop-turns.ts";
import { orAborted } from "../../primitives/or-aborted.ts";
import { PROBES } from "../../primitives/probes.ts";
import { type AdmissionParts, admit } from "../admit/admit.ts";
import type { Counter } from "../executor-status.ts";
import { type AnswerParts, answerRequest } from "./answer.ts";
import { FramePipe } from "./frame-pipe.ts";

export interface OpenRequestsOptions {
  readonly admission: AdmissionParts;
  readonly answering: AnswerParts;
  readonly counter: Counter;
}

/** One request as the network brings it. */
export interface OpenCall extends Pick<InferCall, "frame" | "signal"> {
  /** Its client can pay: it is no stranger. */
  readonly onAdmitted: () => void;
}

interface OpenRequest {
  readonly closed: Promise<void>;
  readonly stop: AbortController;
}

/** Takes requests one by one from the network; knows how many are open, ends them, and knows when there are none left. */
export class OpenRequests {
  readonly #options: OpenRequestsOptions;
  readonly #open = new Set<OpenRequest>();
  #refusesNew = false;

  constructor(options: OpenRequestsOptions) {
    this.#options = options;
  }

  get refusesNew(): boolean {
    return this.#refusesNew;
  }

  /** Requests that have not ended. */
  get count(): number {
    return this.#open.size;
  }

  /** Refuses everything new from now on. */
  refuseNew(): void {
    this.#refusesNew = true;
  }

  /** Takes what is new again. */
  takeNew(): void {
    this.#refusesNew = false;
  }

  /** Resolves when no request is open, or the signal aborts. */
  async none(signal: AbortSignal): Promise<void> {
    while (this.#open.size > 0 && !signal.aborted) {
      await orAborted(Promise.all([...this.#open].map(({ closed }) => closed)), signal);
    }
  }

  /** Ends those that are open: what they have produced is their answer. Resolves when none is open, or the signal aborts. */
  async end(signal: AbortSignal): Promise<void> {
    for (const { stop } of this.#open) stop.abort(shuttingDown());
    await this.none(signal);
  }

  /** Answers one request; what it throws becomes its error frame. The work goes on when the reader leaves. */
  async *handle({ frame, signal, onAdmitted }: OpenCall): AsyncGenerator<ExecutorFrameBody, void> {
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    const stop = new AbortController();
    const open = { closed, stop };
    this.#open.add(open);
    const onSignal = (): void => stop.abort(signal.reason);
    signal.addEventListener("abort", onSignal, { once: true });
    if (signal.aborted) onSignal();
    const pipe = new FramePipe<ExecutorFrameBody>();
    try {
      const admitted = await this.#admit(frame, stop.signal);
      onAdmitted();
      void answerRequest(this.#options.answering, admitted, { pipe, signal: stop.signal }).finally(() => {
        this.#open.delete(open);
        close();
      });
    } catch (thrown) {
      this.#open.delete(open);
      close();
      throw thrown;
    }
    try {
      yield* pipe;
    } finally {
      if (pipe.isLeft) stop.abort(new LloomError("STREAM_INTERRUPTED", "The client is gone."));
      signal.removeEventListener("abort", onSignal);
    }
  }

  async #admit(frame: InferCall["frame"], signal: AbortSignal) {
    const { admission, answering, counter } = this.#options;
    try {
      await LOOP_TURNS.enter();
      if (this.#refusesNew) throw shuttingDown();
      return await admit(admission, frame, signal);
    } catch (thrown) {
      const error = asLloomError(thrown);
      counter.refused += 1;
      PROBES.refused.tell({ code: error.code });
      if (answering.log.isLevelEnabled("debug")) {
        const { client } = frame.request;
        const requestHash = answering.hasher.hashRequest(frame.request);
        answering.log.debug({ requestHash, client, code: error.code, problem: error.message }, "request refused");
      }
      throw error;
    }
  }
}

const shuttingDown = (): LloomError => new LloomError("DRAINING", "This executor is shutting down.");
