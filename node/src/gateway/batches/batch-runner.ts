import { Background } from "../../primitives/background.ts";
import type { BatchState, KeptBatch } from "../../store/batches/kept-batches.ts";
import { failureOf } from "../http-problem.ts";
import type { RunParts } from "./batch-parts.ts";
import { BatchRun } from "./batch-run.ts";

/** States in which a batch can be told to stop. */
const STOPPABLE: ReadonlySet<BatchState> = new Set<BatchState>(["validating", "in_progress"]);

/** What is left to write takes moments. */
const END_MS = 5_000;

/** Runs the batches of a gateway side by side, those of earlier processes too. They share the places for lines in turn. */
export class BatchRunner implements AsyncDisposable {
  readonly #parts: RunParts;
  readonly #runs = new Map<number, BatchRun>();
  readonly #running = new Background();

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  /** Goes on with all that have not ended. */
  resume(): void {
    for (const batch of this.#parts.batches.open()) this.begin(batch);
  }

  /** Goes on from where the batch stands. */
  begin(batch: KeptBatch): void {
    const run = new BatchRun(this.#parts, batch);
    this.#runs.set(batch.key, run);
    this.#running.run(this.#follow(run, batch));
  }

  /** Asks no further line of a batch; undefined where it is too late for that. */
  cancel({ key, state }: KeptBatch): KeptBatch | undefined {
    const { batches, clock } = this.#parts;
    if (state === "cancelling") return batches.byKey(key);
    if (!STOPPABLE.has(state)) return undefined;
    const cancelling = batches.enter(key, "cancelling", { atMs: clock() });
    this.#runs.get(key)?.stop();
    return cancelling;
  }

  /** Once the gateway drains, and has told lines under way to end: waits for that a little. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#running.ended(END_MS);
  }

  async #follow(run: BatchRun, { key, id, endpoint }: KeptBatch): Promise<void> {
    const { log, batches } = this.#parts;
    log.info({ batch: id, endpoint }, "batch goes on");
    try {
      await run.run();
      const { state, completed, failed } = batches.byKey(key) ?? {};
      log.info({ batch: id, state, completed, failed }, "batch rests or has ended");
    } catch (thrown) {
      const { code, message: problem } = failureOf(thrown);
      log.error({ batch: id, code, problem }, "a batch stopped; it goes on when the gateway is started again");
    } finally {
      this.#runs.delete(key);
    }
  }
}
