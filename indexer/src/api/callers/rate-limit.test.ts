import { expect, test } from "vitest";
import { callerOf } from "./caller.ts";
import { RateLimit } from "./rate-limit.ts";

test("lets so many through at once, and then one after each part of a second", () => {
  const limit = new RateLimit({ burst: 3, perSecond: 2, most: 10 });
  const taken = [0, 0, 0, 0, 400, 500, 900].map((atMs) => limit.take("a", atMs).allowed);
  expect(taken).toEqual([true, true, true, false, false, true, false]);
});

test("says how many are left and when there are more", () => {
  const limit = new RateLimit({ burst: 3, perSecond: 2, most: 10 });
  expect(limit.take("a", 0)).toEqual({ allowed: true, remaining: 2, resetSeconds: 1 });
  limit.take("a", 0);
  limit.take("a", 0);
  expect(limit.take("a", 0)).toEqual({ allowed: false, remaining: 0, resetSeconds: 1 });
  expect(limit.take("a", 60_000)).toEqual({ allowed: true, remaining: 2, resetSeconds: 1 });
});

test("counts each caller by itself, and forgets the longest unheard of too many", () => {
  const limit = new RateLimit({ burst: 1, perSecond: 1, most: 2 });
  const allowed = (caller: string) => limit.take(caller, 0).allowed;
  expect(["a", "b", "a", "b"].map(allowed)).toEqual([true, true, false, false]);
  expect(["c", "b", "a"].map(allowed)).toEqual([true, false, true]);
});

test.each<readonly [string | undefined, string | undefined, string | undefined]>([
  ["127.0.0.1", undefined, undefined],
  ["::1", undefined, undefined],
  [undefined, undefined, undefined],
  ["203.0.113.9", undefined, "203.0.113.9"],
  ["::ffff:203.0.113.9", undefined, "203.0.113.9"],
  // What a stranger writes itself counts for nothing; what a proxy of this machine adds does.
  ["203.0.113.9", "198.51.100.1", "203.0.113.9"],
  ["127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"],
  ["127.0.0.1", "127.0.0.1", undefined],
  ["127.0.0.1", "not an address", undefined],
  ["2001:db8:1:2:3:4:5:6", undefined, "2001:db8:1:2"],
  ["2001:db8::6", undefined, "2001:db8:0:0"],
])("counts a request from %s for %s as one of %s", (remote, forwardedFor, caller) => {
  expect(callerOf(remote, forwardedFor)).toBe(caller);
});
