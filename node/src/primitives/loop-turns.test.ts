import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { LoopTurns } from "./loop-turns.ts";

/** Enters so often at once; who has a place now, and in how many turns the others had theirs, in their order. */
async function enterAll(turns: LoopTurns, count: number): Promise<{ readonly now: number; readonly later: number[] }> {
  let turn = 0;
  const later: number[] = [];
  const waits = Array.from({ length: count }, () => turns.enter());
  const waiting = waits.map((wait) => wait?.then(() => later.push(turn)));
  while (later.length < waiting.filter((wait) => wait !== undefined).length) {
    turn += 1;
    await nextTurn();
  }
  return { now: waits.filter((wait) => wait === undefined).length, later };
}

it("gives so many places in a turn, and the next ones in the turns that follow, in order", async () => {
  const { now, later } = await enterAll(new LoopTurns(2), 7);
  expect(now).toBe(2);
  expect(later).toEqual([1, 1, 2, 2, 3]);
});

it("has all places again in the next turn", async () => {
  const turns = new LoopTurns(2);
  expect((await enterAll(turns, 2)).now).toBe(2);
  await nextTurn();
  expect((await enterAll(turns, 3)).now).toBe(2);
});

it("lets nobody pass who came later", async () => {
  const turns = new LoopTurns(1);
  const order: string[] = [];
  const enter = async (name: string): Promise<void> => {
    await turns.enter();
    order.push(name);
  };
  const all = [enter("a"), enter("b"), enter("c")];
  await nextTurn();
  await Promise.all([...all, enter("d")]);
  expect(order).toEqual(["a", "b", "c", "d"]);
});
