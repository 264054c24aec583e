import { expect, it } from "vitest";
import { mostHeld } from "./most-held.ts";

it("stops at the first step that is not held, and tells the one before", async () => {
  const tried: number[] = [];
  const most = await mostHeld([10, 20, 30, 40], async (count) => {
    tried.push(count);
    return count !== 30;
  });
  expect(most).toBe(20);
  expect(tried).toEqual([10, 20, 30]);
});

it("tells the last step when all are held", async () => expect(await mostHeld([10, 20], async () => true)).toBe(20));
it("tells nothing when the first is not", async () => expect(await mostHeld([10, 20], async () => false)).toBe(0));
