import { expect, it } from "vitest";
import { keptList } from "./kept-list.ts";

it("is made once a second, and at once when nothing was there", () => {
  let nowMs = 10_000;
  let made = 0;
  let isThere = false;
  const list = keptList(
    () => {
      made += 1;
      return isThere ? [made] : [];
    },
    () => nowMs,
  );
  expect([list(), list()]).toEqual([[], []]);
  isThere = true;
  expect([list(), list()]).toEqual([[3], [3]]);
  nowMs += 999;
  expect(list()).toEqual([3]);
  nowMs += 1;
  expect(list()).toEqual([4]);
  expect(made).toBe(4);
});
