import { expect, test } from "vitest";
import { BanList } from "./bans.ts";

test("a ban ends by itself, and the list stays bounded", () => {
  let nowMs = 0;
  const bans = new BanList(1_000, () => nowMs);
  bans.add("a");
  expect([bans.has("a"), bans.has("b")]).toEqual([true, false]);
  nowMs = 1_000;
  expect(bans.has("a")).toBe(false);
  for (let peer = 0; peer <= 4_096; peer += 1) bans.add(`peer ${peer}`);
  expect([bans.has("peer 0"), bans.has("peer 1"), bans.has("peer 4096")]).toEqual([false, true, true]);
});
