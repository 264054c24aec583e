import { LloomError } from "../../errors.ts";

/**
 * The same log, which says when it fails. A node whose log fails has no memory: whoever hears of it has to stop, since every
 * further request would fail too, at the cost of its client's time.
 */
export function watchStore<Store extends object>(store: Store, onFailure: (problem: LloomError) => void): Store {
  const tell = (thrown: unknown): never => {
    if (thrown instanceof LloomError && thrown.code === "STORE_FAILED") onFailure(thrown);
    throw thrown;
  };
  const watched = Object.entries(store).map(([name, method]: [string, (...values: unknown[]) => unknown]) => [
    name,
    (...values: unknown[]): unknown => {
      try {
        const result = method(...values);
        return result instanceof Promise ? result.catch(tell) : result;
      } catch (thrown) {
        return tell(thrown);
      }
    },
  ]);
  return Object.fromEntries(watched) as Store;
}
