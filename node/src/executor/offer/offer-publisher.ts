import type { SignedOffer } from "@lloom/protocol/messages";
import type { Backend, BackendModel } from "../../backend/backend.ts";
import { asLloomError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import type { OfferTopic } from "../../p2p/discovery/offer-topic.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";

export interface PublisherOptions {
  readonly backend: Pick<Backend, "listModels">;
  readonly topic: Pick<OfferTopic, "publish" | "members">;
  /** The backend's models, as it last told them; none while it does not answer. */
  readonly onModels: (models: readonly BackendModel[]) => void;
  /** Own offers with the present load. */
  readonly offers: () => readonly SignedOffer[];
  readonly intervalMs: number;
  /** How often the backend is asked for its models. */
  readonly listModelsMs: number;
  readonly log: Log;
}

const LIST_TIMEOUT_MS = 10_000;
/** Right after the start others are still joining: the first words are said more often. */
const FIRST_INTERVAL_MS = 250;

/**
 * Sends own offers now and at an interval, with the present load. While the backend does not answer, nothing is offered, so that
 * the offers go stale everywhere instead of drawing requests that would fail.
 */
export class OfferPublisher implements AsyncDisposable {
  readonly #options: PublisherOptions;
  readonly #closed = new AbortController();
  readonly #running: Promise<void>;
  #members = 0;
  #isChanged = false;
  #listedAtMs = steadyClock();

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** What is offered has changed: it is said in a moment, and then as often as before. */
  changed(): void {
    this.#isChanged = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let intervalMs = Math.min(FIRST_INTERVAL_MS, this.#options.intervalMs);
    while (!this.#closed.signal.aborted) {
      try {
        await this.#listModels();
        if (!this.#closed.signal.aborted) await this.#publish();
      } catch (thrown) {
        const { code, message } = asLloomError(thrown);
        this.#options.log.warn({ code, problem: message }, "offers not sent");
      }
      await this.#wait(intervalMs);
      intervalMs = Math.min(intervalMs * 2, this.#options.intervalMs);
    }
  }

  async #listModels(): Promise<void> {
    const { backend, onModels, listModelsMs } = this.#options;
    if (steadyClock() - this.#listedAtMs < listModelsMs) return;
    try {
      onModels(await backend.listModels(AbortSignal.timeout(LIST_TIMEOUT_MS)));
      this.#listedAtMs = steadyClock();
    } catch (thrown) {
      onModels([]);
      throw thrown;
    }
  }

  async #publish(): Promise<void> {
    this.#isChanged = false;
    for (const offer of this.#options.offers()) await this.#options.topic.publish(offer);
    this.#members = this.#options.topic.members();
  }

  /**
   * Until the interval is over, somebody new listens, or something has changed. Always pauses first: when sending fails, there
   * is somebody new all the time, and a loop that never lets timers run would stop the whole node.
   */
  async #wait(intervalMs: number): Promise<void> {
    const deadline = steadyClock() + intervalMs;
    do {
      await this.#pause(Math.min(FIRST_INTERVAL_MS, deadline - steadyClock()));
      if (this.#isChanged || this.#options.topic.members() > this.#members) return;
    } while (!this.#closed.signal.aborted && steadyClock() < deadline);
  }

  /** Cut short when the publisher closes. */
  async #pause(ms: number): Promise<void> {
    await pause(Math.max(0, ms), this.#closed.signal);
  }
}
