import { expect, test } from "vitest";
import type { Chain } from "../chain.ts";
import { seenByAll, type WatchMemory, watchFrom } from "./watch-from.ts";

/** A chain with a block every ten seconds. */
const chainOf = (head: number, startBlock = 0): Chain => {
  const provider = {
    getBlockNumber: async () => head,
    getBlock: async (block: number) => ({ timestamp: block * 10 }),
  };
  return { provider, startBlock, nowSeconds: async () => BigInt(head * 10) } as unknown as Chain;
};

/** Remembers in one variable what a log keeps. */
function memoryOf(block?: number): WatchMemory & { readonly notes: readonly number[] } {
  const notes = block === undefined ? [] : [block];
  return { notes, watchedBlock: () => notes.at(-1), noteWatched: (noted) => void notes.push(noted) };
}

test("a watch goes on where it was, and reads again what a reorganisation may have replaced", async () => {
  const { fromBlock } = await watchFrom(chainOf(1000), memoryOf(900), 50n);
  expect(fromBlock).toBe(900 - 64);
  // Up to the head itself.
  expect((await watchFrom(chainOf(900), memoryOf(900), 50n)).fromBlock).toBe(900 - 64);
});

test("without a memory it goes back by the chain's clock, and never before the first contract", async () => {
  expect((await watchFrom(chainOf(1000), memoryOf(), 2_000n)).fromBlock).toBe(800 - 64);
  expect((await watchFrom(chainOf(1000, 790), memoryOf(), 2_000n)).fromBlock).toBe(790);
});

test("what it has seen is noted every sixteen blocks, from where it began", async () => {
  const memory = memoryOf(900);
  const { seen } = await watchFrom(chainOf(1000), memory, 50n);
  for (const block of [837, 915, 916, 931, 932, 1000]) seen(block);
  expect(memory.notes).toEqual([900, 916, 932, 1000]);
});

test("on a chain that was made anew it begins anew, and notes that too", async () => {
  const memory = memoryOf(900);
  const { fromBlock, seen } = await watchFrom(chainOf(100), memory, 200n);
  expect(fromBlock).toBe(80 - 64);
  for (const block of [95, 96, 100]) seen(block);
  expect(memory.notes).toEqual([900, 96]);
});

test("of several watches that is noted which all of them have seen, once each has said something", () => {
  const noted: number[] = [];
  const [one, other] = seenByAll((block) => noted.push(block), 2);
  one?.(7);
  expect(noted).toEqual([]);
  other?.(0);
  other?.(9);
  one?.(8);
  expect(noted).toEqual([0, 7, 8]);
});
