import { LloomError } from "../../errors.ts";
import { steadyClock } from "../../primitives/clock.ts";
import { pause } from "../../primitives/pause.ts";
import { announce, type CommandContext } from "../command.ts";
import { progressLine } from "../progress-line.ts";
import { type BatchCalls, isOver, type ToldBatch } from "./batch-calls.ts";
import { batchLines, progressSentence } from "./words.ts";

/** Between looks: the longer it takes, the less often. */
const FIRST_LOOK_MS = 200;
const LONGEST_LOOK_MS = 5_000;
/** A gateway that is started anew goes on with its batches. */
const LONGEST_SILENCE_MS = 300_000;

/**
 * Follows a batch to its end, over restarts of the gateway. With `--json` every change is a line.
 * @throws LloomError CANCELLED when it is stopped, with the command that goes on; the batch does so without it.
 */
export async function followBatch(context: CommandContext, calls: BatchCalls, id: string): Promise<void> {
  const { signal, json } = context;
  const progress = progressLine();
  let told = "";
  try {
    for (let restMs = FIRST_LOOK_MS; ; restMs = Math.min(restMs * 1.5, LONGEST_LOOK_MS)) {
      const batch = await patiently(
        () => calls.find(id),
        signal,
        () => progress.show("The gateway does not answer; trying again ..."),
      );
      if (isOver(batch)) {
        progress.clear();
        return endOf(context, batch);
      }
      const sentence = progressSentence(batch);
      if (json && sentence !== told) announce(context, { event: "progress", ...batch }, sentence);
      progress.show(`${sentence} ...`);
      told = sentence;
      await pause(restMs, signal);
      if (signal.aborted) throw stopped(id);
    }
  } catch (thrown) {
    throw signal.aborted ? stopped(id) : thrown;
  } finally {
    progress.clear();
  }
}

const stopped = (id: string): LloomError =>
  new LloomError("CANCELLED", `Nobody follows the batch ${id} any more; the gateway goes on with it.`, {
    next: `See how it is: lloom batch follow ${id}. End it: lloom batch cancel ${id}`,
  });

/** Waits for a gateway that does not answer for a while. Throws what it says, and EXECUTOR_UNREACHABLE when it stays away. */
async function patiently<Told>(look: () => Promise<Told>, signal: AbortSignal, onSilence: () => void): Promise<Told> {
  const sinceMs = steadyClock();
  for (;;) {
    try {
      return await look();
    } catch (thrown) {
      const isSilent = thrown instanceof LloomError && thrown.code === "EXECUTOR_UNREACHABLE";
      if (!isSilent || signal.aborted || steadyClock() - sinceMs > LONGEST_SILENCE_MS) throw thrown;
    }
    onSilence();
    await pause(FIRST_LOOK_MS * 5, signal);
  }
}

/** Code 1 where not every line was answered, as of a command that did not do all it was asked. */
export function endOf(context: CommandContext, batch: ToldBatch): void {
  announce(context, { event: "batch", ...batch }, batchLines(batch));
  if (batch.status !== "completed" || batch.request_counts.failed > 0) process.exitCode = 1;
}
