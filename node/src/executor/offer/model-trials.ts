import type { ErrorCode } from "@lloom/protocol/error-codes";
import { embeddingSampling } from "@lloom/protocol/form/embedding";
import type { Sampling } from "@lloom/protocol/messages";
import type { Backend, Completion } from "../../backend/backend.ts";
import { asLloomError, type LloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { Background } from "../../primitives/background.ts";
import type { Clock } from "../../primitives/clock.ts";

/** The backend's words for a model that answers no conversation, or for a conversation that it does not take. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["UNSUPPORTED", "MODEL_NOT_FOUND"]);
const PROBE_TIMEOUT_MS = 60_000;
/** A backend may have been set up better meanwhile. */
const AGAIN_MS = 3_600_000;

export interface ModelTrialsOptions {
  readonly backend: Pick<Backend, "complete">;
  /** Whether a model makes vectors and answers no conversation. */
  readonly embedsOnly: (model: string) => boolean;
  readonly background: Pick<Background, "run">;
  /** What is offered has changed. */
  readonly onChange: () => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Which models answer at all, by experience: names and lists of servers do not say. A model that refuses a
 * question before it ever answered one is asked a question that every model of its kind takes; when it refuses that too, it is not
 * offered for an hour. What a client sends withdraws nothing by itself.
 */
export class ModelTrials {
  readonly #options: ModelTrialsOptions;
  readonly #proven = new Set<string>();
  readonly #probed = new Set<string>();
  readonly #unfitUntilMs = new Map<string, number>();

  constructor(options: ModelTrialsOptions) {
    this.#options = options;
  }

  /** Whether nothing speaks against offering the model. */
  isFit(model: string): boolean {
    return (this.#unfitUntilMs.get(model) ?? 0) <= this.#options.clock();
  }

  noteAnswer(model: string): void {
    this.#proven.add(model);
  }

  noteFailure(model: string, { code }: Pick<LloomError, "code">): void {
    if (!REFUSALS.has(code) || this.#proven.has(model) || this.#probed.has(model)) return;
    this.#probed.add(model);
    this.#options.background.run(this.#try(model).finally(() => this.#probed.delete(model)));
  }

  async #try(model: string): Promise<void> {
    const { clock, log, onChange } = this.#options;
    const refusal = await this.#refusalOf(model);
    if (refusal === undefined) return;
    this.#unfitUntilMs.set(model, clock() + AGAIN_MS);
    log.warn({ model, code: refusal.code, problem: refusal.message }, "the model does not answer: not offered");
    onChange();
  }

  /** What the backend says against the plainest question; undefined when it answers, or fails otherwise. */
  async #refusalOf(model: string): Promise<LloomError | undefined> {
    const { backend, embedsOnly, signal } = this.#options;
    const until = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)]);
    try {
      for await (const event of backend.complete(plainest(model, embedsOnly(model)), until))
        if (event.type === "text" || event.finishReason !== "cancelled") {
          this.#proven.add(model);
          return undefined;
        }
    } catch (thrown) {
      const error = asLloomError(thrown, "BACKEND_FAILED");
      if (REFUSALS.has(error.code)) return error;
    }
    return undefined;
  }
}

const PLAIN: Sampling = { temperatureMilli: 1000, topPMilli: 1000, topK: 0, stop: [], responseFormat: "text" };

const plainest = (model: string, isEmbedder: boolean): Completion => ({
  model,
  messages: [{ role: "user", content: "Hi" }],
  sampling: isEmbedder ? embeddingSampling() : PLAIN,
  maxOutboundTokens: 1,
});
