import { LloomError } from "../errors.ts";
import type { ExecutorLog } from "../store/executor-log.ts";

/**
 * The same log, which says when it fails. An executor whose log fails has no memory: whoever hears of it has to stop serving,
 * since every further request would fail too, at the cost of its client's time.
 */
export function watchStore(store: ExecutorLog, onFailure: (problem: LloomError) => void): ExecutorLog {
  const watched = Object.entries(store).map(([name, method]: [string, (...values: unknown[]) => unknown]) => [
    name,
    (...values: unknown[]): unknown => {
      try {
        return method(...values);
      } catch (thrown) {
        if (thrown instanceof LloomError && thrown.code === "STORE_FAILED") onFailure(thrown);
        throw thrown;
      }
    },
  ]);
  return Object.fromEntries(watched) as ExecutorLog;
}
