import { describe, expect, it } from "vitest";
import { isLeftOpen, lookAtPair, type PairView } from "./guard-rules.ts";

const HOUR = 3_600n;
const DEADLINE = 1_000_000n;
const look = (nowSeconds: bigint, change: Partial<PairView["channel"]> = {}) =>
  lookAtPair({
    deadline: DEADLINE,
    channel: { unlocking: 0n, unlockAt: 0n, ...change },
    unlockDelaySeconds: 24n * HOUR,
    nowSeconds,
  });

describe("a pair", () => {
  it("is its executor's to settle for twelve hours, and its watchtower's for the twelve that follow", () => {
    expect(look(DEADLINE)).toEqual({ isDue: false, lookAt: DEADLINE + HOUR });
    expect(look(DEADLINE + 12n * HOUR - 1n)).toEqual({ isDue: false, lookAt: DEADLINE + 12n * HOUR });
    expect(look(DEADLINE + 12n * HOUR).isDue).toBe(true);
    expect(look(DEADLINE + 24n * HOUR)).toEqual({ isDue: true, lookAt: DEADLINE + 25n * HOUR });
  });

  it("cannot be settled later, and is kept for what may still be disputed", () => {
    expect(look(DEADLINE + 24n * HOUR + 1n)).toEqual({ isDue: false, lookAt: DEADLINE + 108n * HOUR + 1n });
  });

  it("is due when half of the delay is over in which its client takes money back, if that is sooner", () => {
    const unlockAt = DEADLINE + 20n * HOUR;
    expect(look(DEADLINE + 8n * HOUR - 1n, { unlocking: 1n, unlockAt }).isDue).toBe(false);
    expect(look(DEADLINE + 8n * HOUR, { unlocking: 1n, unlockAt }).isDue).toBe(true);
    expect(look(DEADLINE + 12n * HOUR, { unlocking: 1n, unlockAt: DEADLINE + 40n * HOUR }).isDue).toBe(true);
    expect(look(DEADLINE + 8n * HOUR, { unlocking: 0n, unlockAt }).isDue).toBe(false);
  });
});

it("leaves a dispute to its executor for an hour, and to nobody after its deadline", () => {
  const revealBy = DEADLINE + 12n * HOUR;
  const left = (nowSeconds: bigint): boolean => isLeftOpen(revealBy, nowSeconds);
  expect([left(DEADLINE + HOUR - 1n), left(DEADLINE + HOUR)]).toEqual([false, true]);
  expect([left(revealBy), left(revealBy + 1n)]).toEqual([true, false]);
});
