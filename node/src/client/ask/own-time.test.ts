import { ZERO_HASH } from "@lloom/protocol/commitment-types";
import { profileText } from "@lloom/protocol/profile";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ANSWER, StagedMarket } from "../../../../test/support/staged-market.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
afterEach(() => void vi.useRealTimers());

it("takes the time that this client needs to count an answer for no silence of its executor", async () => {
  const counts = vi.fn(async () => {
    vi.advanceTimersByTime(5_000);
    return undefined;
  });
  const recounting = { begin: () => ({ counts }), mayCount: () => true, [Symbol.asyncDispose]: async () => undefined };
  using staged = new StagedMarket({}, { recounting });
  const profile = profileText({ backend: "llama.cpp", maxContext: 8192, evidence: "text", vocabulary: ZERO_HASH });
  staged.join({ price: 1n, stake: 1, conduct: () => ({ type: "honest" }), profile });
  expect((await staged.ask()).text).toBe(ANSWER);
  expect(counts).toHaveBeenCalledOnce();
  expect(staged.book.gap?.meanMs).toBe(0);
});

it("counts nothing again where the client wants no more than signatures", async () => {
  const counts = vi.fn(async () => undefined);
  const recounting = { begin: () => ({ counts }), mayCount: () => true, [Symbol.asyncDispose]: async () => undefined };
  using staged = new StagedMarket({ verification: { type: "none" } }, { recounting });
  const profile = profileText({ backend: "llama.cpp", maxContext: 8192, evidence: "text", vocabulary: ZERO_HASH });
  staged.join({ price: 1n, stake: 1, conduct: () => ({ type: "honest" }), profile });
  await staged.ask();
  expect(counts).not.toHaveBeenCalled();
  // A question can ask for more.
  await staged.ask({ verification: { type: "receipt" } });
  expect(counts).toHaveBeenCalledOnce();
});
