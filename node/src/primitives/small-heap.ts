import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Bytes of new objects' space from which it grows no more. V8 would double it up to 134 MB, most of which holds nothing. */
const YOUNG_BYTES = 32 * 1024 * 1024;
/** How much the heap may grow, percent, before all of it is looked at again; V8 takes up to four times as much. */
const GROWTH_PERCENT = 100;

/** Sets a flag of V8's. */
export type SetFlag = (flag: string) => void;

/**
 * Keeps what V8 takes from the system near what is used, for a process that stays: under load its heap is three quarters air
 * otherwise. Node has such settings for the command line alone, which belongs to whoever starts it; V8 reads these two while it runs.
 */
export function keepHeapSmall(setFlag: SetFlag = setFlagsFromString): Disposable {
  setFlag(`--heap-growing-percent=${GROWTH_PERCENT}`);
  let mayGrow = true;
  const look = (): void => {
    const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
    // A process that rests is given a small one, which has to grow again.
    if (mayGrow === young < YOUNG_BYTES) return;
    mayGrow = !mayGrow;
    setFlag(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`);
  };
  const observer = new PerformanceObserver(look);
  observer.observe({ entryTypes: ["gc"] });
  return { [Symbol.dispose]: () => observer.disconnect() };
}
