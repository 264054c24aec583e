import type { ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** Answers that are not yet written to their end. */
export interface InFlight {
  add(response: ServerResponse): void;
  /** True when there is none left; false when the time is over first. */
  settle(timeoutMs: number): Promise<boolean>;
}

export function createInFlight(): InFlight {
  const open = new Set<ServerResponse>();
  let onEmpty = (): void => {};
  return {
    add(response) {
      open.add(response);
      response.once("close", () => {
        open.delete(response);
        if (open.size === 0) onEmpty();
      });
    },
    async settle(timeoutMs) {
      if (open.size === 0) return true;
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve;
      });
      const timer = new AbortController();
      await Promise.race([empty, delay(timeoutMs, undefined, { signal: timer.signal })]);
      timer.abort();
      return open.size === 0;
    },
  };
}
