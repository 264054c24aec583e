import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { type Stake, StakeView } from "./stake-view.ts";

const NOW = 1_800_000_000_000;
const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const STAKED: Stake = { active: true, amount: 100n };
const NOTHING: Stake = { active: false, amount: 0n };

describe("the stakes of executors", () => {
  it("are asked for once in a while, of those without stake at first soon and then less and less", async () => {
    let now = NOW;
    const asked: Address[] = [];
    const stakes = new StakeView(
      async (executor) => {
        asked.push(executor);
        return executor === A ? STAKED : NOTHING;
      },
      () => now,
    );
    const both = async () => [await stakes.get(A), await stakes.get(B)];
    expect(await both()).toEqual([STAKED, NOTHING]);
    expect(await both()).toEqual([STAKED, NOTHING]);
    expect(asked).toEqual([A, B]);
    now += 6_251;
    await both();
    expect(asked).toEqual([A, B, B]);
    now += 6_251;
    await both();
    expect(asked).toEqual([A, B, B]);
    now += 300_000;
    await both();
    expect(asked).toEqual([A, B, B, A, B]);
  });

  it("are not known while the chain does not answer, and stay what they were if they were known", async () => {
    let [fails, now] = [true, NOW];
    const stakes = new StakeView(
      async () => {
        if (fails) throw new RangeError("no chain");
        return STAKED;
      },
      () => now,
    );
    expect(await stakes.get(A)).toBeUndefined();
    fails = false;
    expect(await stakes.get(A)).toEqual(STAKED);
    [fails, now] = [true, NOW + 600_000];
    expect(await stakes.get(A)).toEqual(STAKED);
  });

  it("are read for few keys at a time, and once for who asks together", async () => {
    const gate = Promise.withResolvers<Stake>();
    let reads = 0;
    const stakes = new StakeView(
      () => {
        reads += 1;
        return gate.promise;
      },
      () => NOW,
    );
    const keys = Array.from({ length: 500 }, (_, key): Address => `0x${key.toString(16).padStart(40, "0")}`);
    const first = keys.map((key) => stakes.get(key));
    void keys.slice(0, 9).map((key) => stakes.get(key));
    expect(reads).toBe(32);
    gate.resolve(STAKED);
    const found = await Promise.all(first);
    expect(found.filter((stake) => stake !== undefined)).toHaveLength(32);
  });
});
