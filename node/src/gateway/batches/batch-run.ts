import { setImmediate as nextTurn } from "node:timers/promises";
import { backoffMs } from "../../primitives/backoff.ts";
import { pause } from "../../primitives/pause.ts";
import type { KeptBatch, LineResult } from "../../store/batches/kept-batches.ts";
import type { KeptLine } from "../../store/batches/kept-files.ts";
import { AskWindow } from "./ask-window.ts";
import type { RunParts } from "./batch-parts.ts";
import { checkInput } from "./check-input.ts";
import { LineAsker } from "./line-asker.ts";
import type { PutOff } from "./put-off.ts";

/** Lines in memory that wait for a place. */
const LINES_AHEAD = 8;
/** Refusals in a row after which nobody seems to have time, or a price. */
const REFUSALS_IN_A_ROW = 8;
/** How long a model that nobody offers may still appear, where no line was answered. */
const UNKNOWN_MODEL_MS = 10 * 60_000;
/** Lines that an end writes without a break. */
const LINES_OF_A_STEP = 64;

/**
 * One batch from where it stands to its end: lines are asked many at a time, those that nobody answers now again later, from where the
 * last pass stopped; between passes it rests until offers change. What is done stands in the store alone, so that it goes on there after
 * any end of the process.
 */
export class BatchRun {
  readonly #parts: RunParts;
  readonly #key: number;
  readonly #asker: LineAsker;
  readonly #window: AskWindow;
  readonly #stopped = new AbortController();
  /** Aborts when no further line is asked. */
  readonly #stop: AbortSignal;
  readonly #startedAtMs: number;
  readonly #underWay = new Set<Promise<void>>();
  #lineEnds = Promise.withResolvers<void>();
  #ahead: KeptLine[] = [];
  #lastRead = -1;
  #hasAnswers: boolean;
  /** Why lines of this pass are to be asked again. */
  readonly #putOff = new Set<PutOff["because"]>();
  #refusalsInARow = 0;
  #restsInARow = 0;
  #rest: { readonly ms: number; readonly untilChange: boolean } | undefined;

  constructor(parts: RunParts, batch: KeptBatch) {
    this.#parts = parts;
    this.#key = batch.key;
    this.#asker = new LineAsker(parts, batch);
    this.#window = new AskWindow(parts.settings);
    this.#startedAtMs = parts.clock();
    this.#hasAnswers = batch.completed > 0;
    this.#stop = AbortSignal.any([this.#stopped.signal, parts.draining]);
  }

  /** Asks no further line; those under way end. */
  stop(): void {
    this.#stopped.abort();
  }

  /** Resolves at its end, or when the gateway drains and no line is under way any more. */
  async run(): Promise<void> {
    await this.#check();
    if (this.#batch.state === "in_progress") await this.#askAll();
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (!this.#parts.draining.aborted && this.#batch.state !== "failed") await this.#finish();
  }

  get #batch(): KeptBatch {
    return this.#parts.batches.byKey(this.#key) as KeptBatch;
  }

  async #check(): Promise<void> {
    const { batches, files, read, clock } = this.#parts;
    if (this.#batch.state !== "validating") return;
    const { total, problems } = await checkInput(this.#batch, { files, read, signal: this.#stop });
    if (this.#batch.state !== "validating" || this.#stop.aborted) return;
    if (problems.length === 0) batches.enter(this.#key, "in_progress", { atMs: clock(), total });
    else {
      batches.enter(this.#key, "validating", { atMs: clock(), total, problems });
      batches.end(this.#key, "failed", clock());
    }
  }

  async #askAll(): Promise<void> {
    const { places, clock } = this.#parts;
    const { endsAtMs } = this.#batch;
    while (!this.#stop.aborted && clock() < endsAtMs) {
      const [line] = this.#rest === undefined ? this.#lookAhead() : [];
      if (this.#rest !== undefined) await this.#takeRest(endsAtMs);
      else if (this.#underWay.size >= this.#window.size) await this.#lineEnds.promise;
      else if (line !== undefined) {
        if (await places.take(this.#stop)) this.#begin(line);
      } else if (this.#underWay.size > 0) await this.#lineEnds.promise;
      else if (this.#putOff.size > 0) this.#beginAgain();
      else return;
    }
  }

  /** The next lines without a result; none at the pass's end, and while there is no room for results. */
  #lookAhead(): readonly KeptLine[] {
    const { batches, isFull } = this.#parts;
    if (this.#ahead.length > 0) return this.#ahead;
    if (isFull()) {
      this.#restUntilChange();
      return [];
    }
    this.#ahead = [...batches.pending(this.#batch, this.#lastRead, LINES_AHEAD)];
    this.#lastRead = this.#ahead.at(-1)?.line ?? this.#lastRead;
    return this.#ahead;
  }

  #beginAgain(): void {
    this.#lastRead = -1;
    if (this.#putOff.has("market")) this.#restUntilChange();
    this.#putOff.clear();
  }

  #begin(line: KeptLine): void {
    const { places, inFlight } = this.#parts;
    this.#ahead.shift();
    const asking: Promise<void> = this.#askOne(line).finally(() => {
      places.give();
      this.#underWay.delete(asking);
      this.#lineEnds.resolve();
      this.#lineEnds = Promise.withResolvers();
    });
    this.#underWay.add(asking);
    inFlight.run(asking);
  }

  async #askOne(line: KeptLine): Promise<void> {
    const { clock } = this.#parts;
    const { round } = this.#window;
    const mayBeOffered = this.#hasAnswers || clock() < this.#startedAtMs + UNKNOWN_MODEL_MS;
    const putOff = await this.#asker.ask(line, { mayBeOffered });
    if (putOff === undefined) this.#noteResult();
    else this.#notePutOff(putOff, round);
  }

  #noteResult(): void {
    this.#hasAnswers ||= this.#batch.completed > 0;
    this.#window.answered();
    this.#refusalsInARow = 0;
    this.#restsInARow = 0;
  }

  #notePutOff(putOff: PutOff, round: number): void {
    this.#putOff.add(putOff.because);
    if (putOff.because === "rate") this.#rest = { ms: putOff.ms, untilChange: false };
    if (putOff.because === "held") this.#noteHeld();
    if (putOff.because !== "market") return;
    this.#window.refused(round);
    this.#refusalsInARow += 1;
    if (this.#refusalsInARow >= REFUSALS_IN_A_ROW) this.#restUntilChange();
  }

  /** Of lines under way, whose ends show what is left; or of other calls, which takes as long as it takes. */
  #noteHeld(): void {
    this.#window.single();
    if (this.#underWay.size > 1) return;
    this.#restsInARow += 1;
    this.#rest ??= { ms: backoffMs(this.#restsInARow, this.#parts.settings.retry), untilChange: false };
  }

  #restUntilChange(): void {
    if (this.#rest !== undefined) return;
    this.#restsInARow += 1;
    this.#refusalsInARow = 0;
    this.#rest = { ms: backoffMs(this.#restsInARow, this.#parts.settings.retry), untilChange: true };
  }

  /** Nothing is in memory meanwhile but where it stands. */
  async #takeRest(endsAtMs: number): Promise<void> {
    const { clock, changed, settings } = this.#parts;
    const { ms, untilChange } = this.#rest ?? { ms: 0, untilChange: false };
    const [first] = this.#ahead;
    if (first !== undefined) this.#lastRead = first.line - 1;
    this.#ahead = [];
    const left = (): number => Math.max(0, endsAtMs - clock());
    await pause(Math.min(ms, left()), this.#stop);
    if (untilChange && left() > 0)
      await changed(AbortSignal.any([this.#stop, AbortSignal.timeout(Math.min(settings.longestRestMs, left()))]));
    this.#rest = undefined;
  }

  /** Lines that were never asked get a result too; of others it may be known by now what became of them. */
  async #finish(): Promise<void> {
    const { batches, clock, draining } = this.#parts;
    if (this.#batch.state === "in_progress") {
      const isLate = batches.pending(this.#batch, -1, 1).length > 0;
      batches.enter(this.#key, "finalizing", { atMs: clock(), isLate });
    }
    const { state, record } = this.#batch;
    const left = state === "cancelling" ? "cancelled" : "expired";
    for (;;) {
      const lines = batches.pending(this.#batch, -1, LINES_OF_A_STEP);
      if (lines.length === 0) break;
      const results: LineResult[] = [];
      for (const line of lines) results.push(await this.#asker.leave(line, left));
      batches.addResults(this.#batch, results);
      await nextTurn();
      if (draining.aborted) return;
    }
    await batches.onDisk();
    const end = state === "cancelling" ? "cancelled" : record.isLate === true ? "expired" : "completed";
    batches.end(this.#key, end, clock());
  }
}
