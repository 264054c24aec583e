import { setTimeout as delay } from "node:timers/promises";
import { ExplainedError } from "../../checkout/explained-error.ts";

export interface Wait {
  /** What is waited for, in words. */
  readonly what: string;
  readonly deadlineMs: number;
  readonly everyMs?: number;
  readonly signal: AbortSignal;
}

/** One question may take so long; then it is asked anew. */
const QUESTION_MS = 10_000;

/**
 * Asks again and again until the answer is not undefined; a throwing question counts as "not yet". The question gets a
 * signal that ends it when it takes too long.
 */
export async function until<T>(wait: Wait, question: (signal: AbortSignal) => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + wait.deadlineMs;
  let last: unknown;
  while (performance.now() < end) {
    wait.signal.throwIfAborted();
    try {
      const answer = await question(AbortSignal.any([wait.signal, AbortSignal.timeout(QUESTION_MS)]));
      if (answer !== undefined) return answer;
    } catch (thrown) {
      last = thrown;
    }
    await delay(wait.everyMs ?? 100, undefined, { signal: wait.signal });
  }
  const why = last instanceof Error ? ` (${last.message})` : "";
  throw new ExplainedError(
    `Waited ${wait.deadlineMs / 1000} s in vain for ${wait.what}${why}.`,
    "Look into the logs of the network's folder.",
    last,
  );
}
