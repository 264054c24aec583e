import { setTimeout as delay } from "node:timers/promises";
import { patiently, type Wait } from "./patience.ts";

/** One question may take so long; then it is asked anew. */
const QUESTION_MS = 30_000;
const EVERY_MS = 100;

/**
 * Asks again and again until the answer is not undefined, as long as those who work for it make progress; a throwing question
 * counts as "not yet". The question gets a signal that ends it when it takes too long.
 */
export function until<T>(
  wait: Wait & { readonly everyMs?: number },
  question: (signal: AbortSignal) => Promise<T | undefined>,
): Promise<T> {
  return patiently(wait, async (signal) => {
    for (;;) {
      signal.throwIfAborted();
      try {
        const answer = await question(AbortSignal.any([signal, AbortSignal.timeout(QUESTION_MS)]));
        if (answer !== undefined) return answer;
      } catch {
        // Not yet: whoever is asked still starts.
      }
      await delay(wait.everyMs ?? EVERY_MS, undefined, { signal });
    }
  });
}
