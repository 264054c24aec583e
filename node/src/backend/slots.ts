/** A fixed number of things to borrow, first come first served. */
export interface Slots<Item> {
  readonly idle: number;
  /** Waits for a free one; `undefined` when the signal aborts first. */
  take(signal: AbortSignal): Promise<Item | undefined>;
  give(item: Item): void;
}

export function createSlots<Item>(items: readonly Item[]): Slots<Item> {
  const idle = [...items];
  const waiting = new Set<(item: Item) => void>();
  return {
    get idle() {
      return idle.length;
    },
    take(signal) {
      if (signal.aborted) return Promise.resolve(undefined);
      const item = idle.pop();
      return item === undefined ? waitForOne(waiting, signal) : Promise.resolve(item);
    },
    give(item) {
      const [next] = waiting;
      if (next === undefined) idle.push(item);
      else next(item);
    },
  };
}

function waitForOne<Item>(waiting: Set<(item: Item) => void>, signal: AbortSignal): Promise<Item | undefined> {
  return new Promise((resolve) => {
    const settle = (item: Item | undefined): void => {
      waiting.delete(settle);
      signal.removeEventListener("abort", onAbort);
      resolve(item);
    };
    const onAbort = (): void => settle(undefined);
    signal.addEventListener("abort", onAbort, { once: true });
    waiting.add(settle);
  });
}
