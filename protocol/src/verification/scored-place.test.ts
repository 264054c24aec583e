import { expect, test } from "vitest";
import { hasIds, leadOf, type ScoredPlace, scoreOf, topOf } from "./scored-place.ts";

const place: ScoredPlace = new Map([
  [5, -100],
  [6, -2400],
  [7, -6000],
]);

test("a leaf names tokens by id if all of them are numbers", () => {
  const [id, bytes] = [
    { token: 5, logprob: -1 },
    { token: Uint8Array.of(89), logprob: -1 },
  ];
  const isById = (token: typeof id | typeof bytes, ...likeliest: (typeof id | typeof bytes)[]): boolean =>
    hasIds({ index: 0, ...token, likeliest });
  expect([isById(id), isById(id, id, id)]).toEqual([true, true]);
  expect([isById(bytes), isById(id, bytes), isById(bytes, id), isById(id, id, bytes)]).not.toContain(true);
});

test("a token that is not among the likeliest is as likely as the last of them", () => {
  expect([scoreOf(place, 6), scoreOf(place, 99), topOf(place), leadOf(place)]).toEqual([-2400, -6000, -100, 2300]);
});

test("where nothing was scored nothing is likely, and what is alone is ahead without end", () => {
  expect([topOf(new Map()), scoreOf(new Map(), 5)]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  expect(leadOf(new Map([[5, -100]]))).toBe(Number.POSITIVE_INFINITY);
});
