import { afterEach, expect, test, vi } from "vitest";
import { sharedHead } from "./shared-head.ts";

const LONG_MS = 60_000;

afterEach(() => void vi.useRealTimers());

/** A server whose chain grows by a block with each question; the first `failures` questions fail. */
function growing(failures = 0) {
  let asked = 0;
  const getBlockNumber = async (): Promise<number> => {
    if (++asked <= failures) throw new Error("away");
    return asked;
  };
  return { getBlockNumber, asked: () => asked };
}

test("all who watch one server ask once, and again together when that is as old as they poll", async () => {
  const server = growing();
  const [first, second] = await Promise.all([sharedHead(server, LONG_MS), sharedHead(server, LONG_MS)]);
  expect([first.number, second.number, (await sharedHead(server, LONG_MS)).number]).toEqual([1, 1, 1]);
  expect(second.askedAtMs).toBe(first.askedAtMs);
  expect((await sharedHead(server, 0)).number).toBe(2);
});

test("asks each server for itself", async () => {
  const [one, other] = [growing(), growing()];
  await Promise.all([sharedHead(one, LONG_MS), sharedHead(other, LONG_MS)]);
  expect([one.asked(), other.asked()]).toEqual([1, 1]);
});

test("a failure is told to all who waited for it, and to nobody after them", async () => {
  const server = growing(1);
  const told = await Promise.allSettled([sharedHead(server, LONG_MS), sharedHead(server, LONG_MS)]);
  expect(told.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect((await sharedHead(server, LONG_MS)).number).toBe(2);
});

test("asks again once nine tenths of a poll have passed, since timers fire early", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  vi.advanceTimersByTime(5_000);
  const server = growing();
  const numberAfter = async (ms: number): Promise<number> => {
    vi.advanceTimersByTime(ms);
    return (await sharedHead(server, 1_000)).number;
  };
  expect([await numberAfter(0), await numberAfter(899), await numberAfter(1)]).toEqual([1, 1, 2]);
});

test("a failure that comes late takes nothing from who asked afterwards", async () => {
  const { promise, reject } = Promise.withResolvers<number>();
  const answers = [promise, Promise.resolve(7), Promise.resolve(8)];
  const server = { getBlockNumber: () => answers.shift() ?? promise };
  const first = sharedHead(server, LONG_MS);
  expect((await sharedHead(server, 0)).number).toBe(7);
  reject(new Error("away"));
  await expect(first).rejects.toThrow("away");
  expect((await sharedHead(server, LONG_MS)).number).toBe(7);
});
