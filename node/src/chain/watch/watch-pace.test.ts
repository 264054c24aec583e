// When a watch asks and reads, by the steady clock: staged. What it makes of it: watch-rules.test.ts.
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ACCOUNTING } from "../../../../test/support/staged-watch.ts";
import type { Chain } from "../chain.ts";

const POLL_MS = 1_000;

const PAUSE = "../../primitives/pause.ts";
let watchEvents: typeof import("./watch.ts").watchEvents;
let refusing: typeof import("../../../../test/support/scripted-rpc.ts").refusing;

// The pauses of `node:timers/promises` go by no clock of a test. Files share their modules here: these are loaded anew.
beforeAll(async () => {
  vi.resetModules();
  vi.doMock(PAUSE, () => ({
    pause: (durationMs: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        setTimeout(resolve, durationMs);
        signal.addEventListener("abort", () => resolve());
      }),
  }));
  ({ watchEvents } = await import("./watch.ts"));
  ({ refusing } = await import("../../../../test/support/scripted-rpc.ts"));
});
afterAll(() => {
  vi.doUnmock(PAUSE);
  vi.resetModules();
});

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

/** A server that counts what it is asked; its first `failures` reads of logs fail. */
function counting(failures = 0) {
  const asked = { heads: 0, logs: 0 };
  const provider = {
    getBlockNumber: async () => 100 + asked.heads++,
    getLogs: async () => {
      if (++asked.logs <= failures) throw refusing("lag");
      return [];
    },
  };
  const log = { info: () => undefined, warn: () => undefined };
  const chain = { provider, log } as unknown as Chain;
  const source = { address: [ACCOUNTING], topics: [], decode: () => undefined };
  const watch = (signal: AbortSignal): Promise<void> =>
    watchEvents(chain, source, { fromBlock: 1, pollMs: POLL_MS, signal, onEvent: () => undefined });
  return { asked, watch };
}

test("reads once for each time that it polls, and together with others that watch the same server", async () => {
  const stop = new AbortController();
  const { asked, watch } = counting();
  const ended = [watch(stop.signal), watch(stop.signal)];
  await vi.advanceTimersByTimeAsync(0);
  expect(asked).toEqual({ heads: 1, logs: 2 });
  await vi.advanceTimersByTimeAsync(POLL_MS - 1);
  expect(asked).toEqual({ heads: 1, logs: 2 });
  await vi.advanceTimersByTimeAsync(1);
  expect(asked).toEqual({ heads: 2, logs: 4 });
  stop.abort();
  await Promise.all(ended);
});

test("asks again for the newest block after a read that failed", async () => {
  const stop = new AbortController();
  const { asked, watch } = counting(1);
  const ended = watch(stop.signal);
  await vi.advanceTimersByTimeAsync(4 * POLL_MS);
  expect(asked.heads).toBeGreaterThan(1);
  expect(asked.logs).toBeGreaterThan(1);
  stop.abort();
  await ended;
});
