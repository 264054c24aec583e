import { expect, test } from "vitest";
import { WatchStep } from "./watch-step.ts";

/** Reads `blocks` blocks of a server that gives `limit` at once; how many calls that takes. */
function read(step: WatchStep, { blocks, limit }: { blocks: number; limit: number }): number {
  let calls = 0;
  for (let left = blocks; left > 0; calls++) {
    const asked = Math.min(step.size, left);
    if (asked > limit) step.refused(asked);
    else {
      step.served();
      left -= asked;
    }
  }
  return calls;
}

test("finds a server's limit, and asks for more than that ever more seldom", () => {
  for (const limit of [1, 5, 10, 1000, 1999]) {
    const step = new WatchStep();
    const blocks = 5000 * limit;
    const calls = read(step, { blocks, limit });
    expect(step.size).toBeLessThanOrEqual(limit * 2);
    expect(calls, `limit ${limit}`).toBeLessThan((blocks / limit) * 2.2 + 100);
  }
});

test("reads large ranges again after a server that refused for a while", () => {
  const step = new WatchStep();
  while (step.size > 1) step.refused(step.size);
  const calls = read(step, { blocks: 2_000_000, limit: 2000 });
  expect(step.size).toBe(2000);
  expect(calls).toBeLessThan(2_000_000 / 2000 + 2 * 256 + 60);
});

test("asks for less after refusals that do not say why, and does not take an outage for a limit", () => {
  const step = new WatchStep();
  step.refusedUnsaid(2000);
  expect(step.size).toBe(2000);
  step.served();
  step.refusedUnsaid(2000);
  expect(step.size).toBe(2000);
  step.refusedUnsaid(2000);
  expect(step.size).toBe(1000);
  for (let times = 0; times < 1000; times++) step.refusedUnsaid(step.size);
  expect(step.size).toBe(1);
  expect(read(step, { blocks: 10_000, limit: 2000 })).toBeLessThan(25);
});

test("finds the limit of a server that refuses without saying why", () => {
  const step = new WatchStep();
  let refusals = 0;
  for (let left = 1_000_000; left > 0; ) {
    const asked = Math.min(step.size, left);
    if (asked > 1000) {
      refusals++;
      step.refusedUnsaid(asked);
    } else {
      step.served();
      left -= asked;
    }
  }
  expect(refusals).toBeLessThan(30);
});

test("halves what was asked, not what might have been", () => {
  const step = new WatchStep();
  step.refused(12);
  expect(step.size).toBe(6);
  step.refused(1);
  step.refused(1);
  expect(step.size).toBe(1);
});

/** Answers so many reads in a row. */
const served = (step: WatchStep, times: number): number => {
  for (let time = 0; time < times; time++) step.served();
  return step.size;
};

test("doubles what it asks for after a while, up to the largest", () => {
  const step = new WatchStep();
  step.refused(1998);
  step.refused(999);
  expect(step.size).toBe(499);
  expect([served(step, 15), served(step, 1)]).toEqual([499, 998]);
  expect([served(step, 7), served(step, 1)]).toEqual([998, 1996]);
  expect(served(step, 4)).toBe(2000);
});

test("waits the longer the more often it was refused, however much was answered at the largest since", () => {
  const step = new WatchStep();
  step.refused(2000);
  expect([served(step, 3), served(step, 1), served(step, 1000)]).toEqual([1000, 2000, 2000]);
  step.refused(2000);
  expect([served(step, 7), served(step, 1)]).toEqual([1000, 2000]);
});
