import { describe, expect, it } from "vitest";
import { seeded } from "../../../protocol/test/seeded.ts";
import { FairQueue } from "./fair-queue.ts";

describe("a fair queue", () => {
  it("serves sources in turn, and each of them in order", () => {
    const queue = new FairQueue<number>({ mostOfOne: 10, most: 100 });
    for (const item of [1, 2, 3]) queue.add("loud", item);
    queue.add("quiet", 4);
    const served = Array.from({ length: 5 }, () => queue.take()?.item);
    expect(served).toEqual([1, 4, 2, 3, undefined]);
  });

  it("holds so many of one, so many of all, and one more of each that has none", () => {
    const queue = new FairQueue<number>({ mostOfOne: 3, most: 5 });
    const added = (source: string): number => [1, 2, 3, 4].filter((item) => queue.add(source, item)).length;
    expect([added("a"), added("b"), added("c"), added("d")]).toEqual([3, 2, 1, 1]);
    expect(queue.size).toBe(7);
  });

  it("makes nobody wait for more than one round, whatever the others bring", () => {
    const seed = Date.now() % 1_000_000;
    const random = seeded(seed);
    const queue = new FairQueue<string>({ mostOfOne: 8, most: 1_000 });
    for (let round = 0; round < 200; round += 1) {
      const loud = 1 + random.below(20);
      for (let one = 0; one < loud * 8; one += 1) queue.add(`loud ${random.below(loud)}`, "noise");
      queue.add("quiet", "word");
      let turns = 1;
      while (queue.take()?.item !== "word") turns += 1;
      expect(turns, `seed ${seed}`).toBeLessThanOrEqual(21);
    }
  });
});
