import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { type Stake, StakeView } from "./stake-view.ts";

const NOW = 1_800_000_000_000;
const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const STAKED: Stake = { active: true, amount: 100n, isMember: true };
const LEFT: Stake = { active: false, amount: 0n, isMember: true };
const NOTHING: Stake = { active: false, amount: 0n, isMember: false };

const keyOf = (index: number): Address => `0x${index.toString(16).padStart(40, "0")}`;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the stakes of executors", () => {
  it("are asked for once in a while, of those without stake at first soon and then less and less", async () => {
    let now = NOW;
    const asked: Address[] = [];
    const stakes = new StakeView({
      read: async (executor) => {
        asked.push(executor);
        return executor === A ? STAKED : NOTHING;
      },
      steady: () => now,
    });
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

  it("are told at once as they were last read, and read again then if that is due", async () => {
    let [now, found] = [NOW, STAKED];
    const stakes = new StakeView({ read: async () => found, steady: () => now });
    expect(stakes.isStaked(A)).toBeUndefined();
    expect(await stakes.learn(A)).toBe(true);
    expect(stakes.isStaked(A)).toBe(true);
    [now, found] = [NOW + 300_001, LEFT];
    expect(stakes.isStaked(A)).toBe(true);
    await turn();
    expect(stakes.isStaked(A)).toBe(false);
  });

  it("are not known while the chain does not answer, and stay what they were if they were known", async () => {
    let [fails, now] = [true, NOW];
    const stakes = new StakeView({
      read: async () => {
        if (fails) throw new RangeError("no chain");
        return STAKED;
      },
      steady: () => now,
    });
    expect(await stakes.get(A)).toBeUndefined();
    fails = false;
    expect(await stakes.get(A)).toEqual(STAKED);
    [fails, now] = [true, NOW + 600_000];
    expect(await stakes.get(A)).toEqual(STAKED);
  });

  it("are read for few keys at a time, and once for who asks together", async () => {
    const gate = Promise.withResolvers<Stake>();
    let reads = 0;
    const stakes = new StakeView({
      read: () => {
        reads += 1;
        return gate.promise;
      },
      steady: () => NOW,
    });
    const keys = Array.from({ length: 100 }, (_, key) => keyOf(key));
    const first = keys.map((key) => stakes.get(key, "one"));
    const again = keys.slice(0, 9).map((key) => stakes.get(key, "another"));
    expect(reads).toBe(32);
    gate.resolve(STAKED);
    const found = await Promise.all([...first, ...again]);
    expect(found.every((stake) => stake === STAKED)).toBe(true);
    expect(reads).toBe(100);
  });

  it("of more keys than one peer may bring at once are not read for it", async () => {
    const stakes = new StakeView({ read: () => new Promise(() => undefined), steady: () => NOW });
    for (let key = 0; key < 32 + 512; key += 1) void stakes.get(keyOf(key), "flood");
    expect(await stakes.get(keyOf(10_000), "flood")).toBeUndefined();
  });

  it("that were read for nothing are counted against who brought them, once; those of members never", async () => {
    const wasted: string[] = [];
    const read = async (executor: Address): Promise<Stake> => (executor === A ? LEFT : NOTHING);
    const peers = { blame: (source: string) => void wasted.push(source), isBlamed: () => false };
    const stakes = new StakeView({ read, steady: () => NOW, peers });
    await Promise.all([stakes.get(A, "one"), stakes.get(B, "two"), stakes.get(B, "three"), stakes.get(keyOf(1))]);
    await stakes.get(B, "three");
    await turn();
    expect(wasted).toEqual(["two"]);
  });

  it("are held against nobody while the server knows of no member, and of those it knew once what was known stays", async () => {
    let [nowMs, isWrong, reads]: [number, boolean, number] = [NOW, true, 0];
    const blamed: string[] = [];
    const read = async (executor: Address): Promise<Stake> => {
      reads += 1;
      return executor === A && !isWrong ? STAKED : NOTHING;
    };
    const peers = { blame: (source: string) => void blamed.push(source), isBlamed: () => false };
    const stakes = new StakeView({ read, steady: () => nowMs, peers });
    const bring = async (key: number, source: string): Promise<void> => {
      await stakes.get(keyOf(key), source);
      await turn();
    };
    await bring(1, "before anybody is known");
    isWrong = false;
    expect(await stakes.get(A, "honest")).toEqual(STAKED);
    await bring(2, "flood");
    expect(blamed).toEqual(["flood"]);
    isWrong = true;
    nowMs += 30_000;
    await bring(3, "honest");
    expect(reads).toBe(5);
    await bring(4, "honest");
    expect(reads).toBe(6);
    expect([blamed, stakes.isStaked(A), await stakes.get(A)]).toEqual([["flood"], true, STAKED]);
    isWrong = false;
    nowMs += 30_000;
    await bring(5, "flood");
    expect(blamed).toEqual(["flood", "flood"]);
  });

  it("are not read for a peer that brought too many for nothing, and all the same if another brought them too", async () => {
    const [asked, blamed]: [Address[], string[]] = [[], []];
    const stakes = new StakeView({
      read: async (executor) => {
        asked.push(executor);
        return executor === A ? STAKED : NOTHING;
      },
      steady: () => NOW,
      peers: {
        blame: (source) => void blamed.push(source),
        isBlamed: (source) => source === "flood" && blamed.length > 0,
      },
    });
    await stakes.get(A, "honest");
    const keys = Array.from({ length: 100 }, (_, key) => keyOf(key));
    const brought = keys.map((key) => stakes.get(key, "flood"));
    const honest = stakes.get(keyOf(99), "honest");
    expect(await honest).toEqual(NOTHING);
    const found = await Promise.all(brought);
    expect(asked).toEqual([A, ...keys.slice(0, 32), keyOf(99)]);
    expect(found.filter((stake) => stake === undefined)).toHaveLength(100 - 33);
  });
});
