import { setTimeout as delay } from "node:timers/promises";
import { patiently, type Wait } from "./patience.ts";

/** One question may take so long; then it is asked anew, with twice the time: a busy machine may need it. */
const QUESTION_MS = 30_000;
const LONGEST_MS = 3_600_000;
const EVERY_MS = 100;

/**
 * Asks again and again until the answer is not undefined, as long as those who work for it make progress; a throwing question
 * counts as "not yet". The question gets a signal that ends it when it takes too long.
 */
export function until<T>(
  wait: Wait & { readonly everyMs?: number; readonly questionMs?: number },
  question: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T> {
  return patiently(wait, async (signal) => {
    for (let questionMs = wait.questionMs ?? QUESTION_MS; ; ) {
      signal.throwIfAborted();
      const tooLong = AbortSignal.timeout(questionMs);
      try {
        const answer = await question(AbortSignal.any([signal, tooLong]));
        if (answer !== undefined) return answer;
      } catch {
        // Not yet: whoever is asked still starts.
        if (tooLong.aborted) questionMs = Math.min(2 * questionMs, LONGEST_MS);
      }
      await delay(wait.everyMs ?? EVERY_MS, undefined, { signal });
    }
  });
}
