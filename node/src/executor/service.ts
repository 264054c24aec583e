import { asLloomError, LloomError } from "../errors.ts";
import type { ExecutorFrameBody } from "../p2p/answer-queue.ts";
import type { InferCall } from "../p2p/infer-session.ts";
import { type AdmissionDesk, admit } from "./admit.ts";
import { answerRequest, type Workshop } from "./answer.ts";
import type { Counter } from "./executor-status.ts";
import { FramePipe } from "./frame-pipe.ts";

export interface ServiceOptions {
  readonly desk: AdmissionDesk;
  readonly workshop: Workshop;
  readonly counter: Counter;
}

/** Takes requests one by one from the network; knows how many are open, and when there are none left. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #open = new Set<Promise<void>>();
  #draining = false;

  constructor(options: ServiceOptions) {
    this.#options = options;
  }

  get isDraining(): boolean {
    return this.#draining;
  }

  /** Requests that have not ended. */
  get openRequests(): number {
    return this.#open.size;
  }

  /** Refuses everything new from now on. */
  drain(): void {
    this.#draining = true;
  }

  /** Resolves when no request is open, or the signal aborts. */
  async idle(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    while (this.#open.size > 0 && !signal.aborted) await Promise.race([Promise.all(this.#open), aborted]);
  }

  /** Answers one request; what it throws becomes its error frame. The work goes on when the reader leaves. */
  async *handle({ frame, signal }: Pick<InferCall, "frame" | "signal">): AsyncGenerator<ExecutorFrameBody, void> {
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    this.#open.add(closed);
    const stop = new AbortController();
    const onSignal = (): void => stop.abort(signal.reason);
    signal.addEventListener("abort", onSignal, { once: true });
    if (signal.aborted) onSignal();
    const pipe = new FramePipe<ExecutorFrameBody>();
    try {
      const admitted = await this.#admit(frame, stop.signal);
      void answerRequest(this.#options.workshop, admitted, { pipe, signal: stop.signal }).finally(() => {
        this.#open.delete(closed);
        close();
      });
    } catch (thrown) {
      this.#open.delete(closed);
      close();
      throw thrown;
    }
    try {
      yield* pipe;
    } finally {
      stop.abort(new LloomError("STREAM_INTERRUPTED", "The client is gone."));
      signal.removeEventListener("abort", onSignal);
    }
  }

  async #admit(frame: InferCall["frame"], signal: AbortSignal) {
    const { desk, workshop, counter } = this.#options;
    try {
      if (this.#draining) throw new LloomError("DRAINING", "This executor is shutting down.");
      return await admit(desk, frame, signal);
    } catch (thrown) {
      const error = asLloomError(thrown);
      counter.refused += 1;
      const { client } = frame.request;
      workshop.log.debug({ client, code: error.code, problem: error.message }, "request refused");
      throw error;
    }
  }
}
