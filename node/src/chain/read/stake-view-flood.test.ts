import type { Address } from "@lloom/protocol/commitment-types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Stake, StakeView } from "./stake-view.ts";

const HONEST: Address = `0x${"aa".repeat(20)}`;
const STAKED: Stake = { active: true, amount: 100n, isMember: true };
const NOTHING: Stake = { active: false, amount: 0n, isMember: false };
/** Between two words of the honest key. */
const EVERY_MS = 10_000;
const STEP_MS = 50;
/** What a server of the chain takes to answer. */
const READ_MS = 20;

interface Flood {
  /** Keys that nobody has heard of before, per second. */
  readonly freshPerSecond: number;
  /** Peers that bring them. */
  readonly peers: number;
}

/** Seconds from an honest key's first word, in the middle of a flood, until its stake is known; and reads per second. */
async function simulate({ freshPerSecond, peers }: Flood): Promise<{ knownAfterS: number; readsPerSecond: number }> {
  const beganMs = performance.now();
  let [reads, fresh] = [0, 0];
  const stakes = new StakeView({
    read: async (executor) => {
      reads += 1;
      await new Promise((resolve) => setTimeout(resolve, READ_MS));
      return executor === HONEST ? STAKED : NOTHING;
    },
  });
  const floodUntil = async (ms: number, isOver: () => boolean): Promise<void> => {
    while (performance.now() - beganMs < ms && !isOver()) {
      for (const due = ((performance.now() - beganMs) / 1000) * freshPerSecond; fresh < due; fresh += 1)
        void stakes.get(`0x${fresh.toString(16).padStart(40, "0")}`, `flood ${fresh % peers}`);
      await vi.advanceTimersByTimeAsync(STEP_MS);
    }
  };
  const isKnown = (): boolean => stakes.isStaked(HONEST) === true;
  await floodUntil(60_000, () => false);
  const spokeMs = performance.now();
  while (!isKnown() && performance.now() - spokeMs < 600_000) {
    void stakes.get(HONEST, "honest");
    await floodUntil(performance.now() - beganMs + EVERY_MS, isKnown);
  }
  return {
    knownAfterS: (performance.now() - spokeMs) / 1000,
    readsPerSecond: (reads * 1000) / (performance.now() - beganMs),
  };
}

describe("the stake of an honest key among others that nobody has heard of", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([40, 100, 300, 700])("is known within a second, however many: %i per second from 3 peers", async (many) => {
    const { knownAfterS, readsPerSecond } = await simulate({ freshPerSecond: many, peers: 3 });
    console.log(
      `${many} fresh keys/s from 3 peers: known after ${knownAfterS} s, ${readsPerSecond.toFixed(1)} reads/s`,
    );
    expect(knownAfterS).toBeLessThan(1);
    expect(readsPerSecond).toBeLessThan(30);
  });

  it("waits for one round of the peers that bring any: as many as there are connections", async () => {
    const { knownAfterS, readsPerSecond } = await simulate({ freshPerSecond: 2_000, peers: 1_000 });
    console.log(
      `2000 fresh keys/s from 1000 peers: known after ${knownAfterS} s, ${readsPerSecond.toFixed(1)} reads/s`,
    );
    expect(knownAfterS).toBeLessThan(1_000 / 25 + 5);
    expect(readsPerSecond).toBeLessThan(30);
  });
});
