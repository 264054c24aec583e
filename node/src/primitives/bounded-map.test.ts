import { expect, test } from "vitest";
import { BoundedMap } from "./bounded-map.ts";

test("what was not used for longest goes first", () => {
  const map = new BoundedMap<string, number>({ most: 2 });
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([...map.keys()].sort()).toEqual(["a", "c"]);
  expect(map.peek("a")).toBe(1);
  map.set("d", 4);
  expect([...map.keys()].sort()).toEqual(["c", "d"]);
});

test("what is held stays", () => {
  const map = new BoundedMap<number, { held: boolean }>({ most: 2, isHeld: ({ held }) => held });
  map.set(1, { held: true });
  map.set(2, { held: false });
  map.set(3, { held: false });
  expect([...map.keys()].sort()).toEqual([1, 3]);
});

test("the oldest goes when that is asked for, unless it is held or there is no other", () => {
  const map = new BoundedMap<number, { held: boolean }>({ most: 9, isHeld: ({ held }) => held });
  map.set(1, { held: true });
  for (const key of [2, 3, 4]) map.set(key, { held: false });
  map.evictOldest();
  expect([...map.keys()]).toEqual([1, 3, 4]);
  map.delete(3);
  map.evictOldest();
  expect([...map.keys()]).toEqual([1]);
  map.evictOldest();
  expect([...map.keys()]).toEqual([1]);
});

test("a map of nothing but held entries grows, and shrinks when they are let go", () => {
  const map = new BoundedMap<number, { held: boolean }>({ most: 1, isHeld: ({ held }) => held });
  const entries = [0, 1, 2].map((key) => {
    const entry = { held: true };
    map.set(key, entry);
    return entry;
  });
  expect(map.size).toBe(3);
  for (const entry of entries) entry.held = false;
  map.set(3, { held: false });
  expect([...map.keys()]).toEqual([3]);
});

test("an insertion into a full map looks at few entries, however many are held", () => {
  let looks = 0;
  const isHeld = (): boolean => {
    looks += 1;
    return true;
  };
  const map = new BoundedMap<number, number>({ most: 10_000, isHeld });
  for (let key = 0; key < 20_000; key += 1) map.set(key, key);
  expect(map.size).toBe(20_000);
  expect(looks).toBeLessThanOrEqual(10_000 * 16);
});

/** The rule once more, in the simplest words. */
class Naive {
  entries: number[] = [];

  use(key: number, most: number): void {
    this.entries = [...this.entries.filter((other) => other !== key), key].slice(-most);
  }
}

test("any order of uses, insertions and deletions leaves what the rule says", () => {
  const seed = Date.now() % 1_000_000;
  console.info(`seed ${seed}`);
  let state = seed;
  const random = (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const map = new BoundedMap<number, number>({ most: 8 });
  const naive = new Naive();
  for (let step = 0; step < 5_000; step += 1) {
    const key = random(16);
    const action = random(3);
    if (action === 0) naive.entries = naive.entries.filter((other) => other !== key);
    if (action === 0) map.delete(key);
    if (action === 1) map.set(key, step);
    if (action === 1 || (action === 2 && map.get(key) !== undefined)) naive.use(key, 8);
    expect([...map.keys()].sort()).toEqual([...naive.entries].sort());
  }
});
