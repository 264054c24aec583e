// How long a call is waited for, and after what its fee is raised: by the steady clock, whatever becomes of the other.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { receiptOf } from "../../../../test/support/scripted-rpc.ts";
import { call, failureOf, HOUR_MS, LOCAL, stageSender, WORLD } from "../../../../test/support/staged-sender.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "performance"], now: 10 * HOUR_MS }));
afterEach(() => void vi.useRealTimers());

describe("the wait for a call", () => {
  it("is as long as the chain takes: fees rise after 45 seconds, at a local chain after 5", async () => {
    for (const [chainId, stuckMs] of [
      [WORLD, 45_000],
      [LOCAL, 5_000],
    ] as const) {
      const times: number[] = [];
      const staged = stageSender({ chainId });
      staged.answers.receive = () => void times.push(performance.now());
      staged.answers.receipt = (hash) => {
        const isFirstLook = times.length === 1 && performance.now() === times[0];
        vi.advanceTimersByTime(isFirstLook ? stuckMs - 1 : 1);
        return staged.sent.length > 1 ? receiptOf(hash) : null;
      };
      await staged.sender.send(call);
      expect((times[1] ?? 0) - (times[0] ?? 0), String(chainId)).toBe(stuckMs);
    }
  });

  it("ends after fifteen minutes unless told otherwise, at a local chain on a busy machine too", async () => {
    const longestMs = 900_000;
    for (const chainId of [WORLD, LOCAL]) {
      const started = performance.now();
      const staged = stageSender({ chainId, options: { stuckAfterMs: 2 ** 40 } });
      staged.answers.receipt = () => {
        vi.advanceTimersByTime(longestMs / 2);
        return null;
      };
      expect(await failureOf(staged.sender.send(call)), String(chainId)).toMatchObject({ code: "TRANSACTION_FAILED" });
      expect(performance.now() - started).toBe(longestMs);
    }
  });

  it.each([
    ["forwards", 10 * 365 * 24 * HOUR_MS],
    ["back", 0],
  ])("is neither cut off, nor raised, nor drawn out by a clock that is set %s meanwhile", async (_, atMs) => {
    const staged = stageSender({ options: { stuckAfterMs: 60_000 } });
    let looks = 0;
    staged.answers.receipt = () => {
      looks += 1;
      if (looks === 1) vi.setSystemTime(atMs);
      if (looks > 3) vi.advanceTimersByTime(900_000);
      return null;
    };
    expect(await failureOf(staged.sender.send(call))).toMatchObject({ code: "TRANSACTION_FAILED" });
    expect([looks, staged.sent.length]).toEqual([4, 1]);
  });
});
