import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import { WorkQueue } from "./work-queue.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const C: Address = `0x${"cc".repeat(20)}`;
const never = new AbortController().signal;
const limits = { concurrency: 1, queueLimit: 2, perClientLimit: 2 };

/** Enters and remembers the positions that it was told. */
function enter(queue: WorkQueue, client: Address, signal = never) {
  const positions: number[] = [];
  const slot = queue.enter({ client, signal, onPosition: (position) => positions.push(position) });
  return { slot, positions };
}

describe("the work queue", { timeout: 20_000 }, () => {
  it("lets the first in at once and the others in their order", async () => {
    const queue = new WorkQueue({ ...limits, perClientLimit: 9 });
    const first = enter(queue, A);
    const slot = await first.slot;
    const second = enter(queue, B);
    const third = enter(queue, C);
    expect([first.positions, second.positions, third.positions]).toEqual([[], [1], [2]]);
    slot[Symbol.dispose]();
    const next = await second.slot;
    expect(third.positions).toEqual([2, 1]);
    next[Symbol.dispose]();
    (await third.slot)[Symbol.dispose]();
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  it("lets clients in in turn: whoever asks once does not wait for sixty requests of another", async () => {
    const queue = new WorkQueue({ concurrency: 2, queueLimit: 100, perClientLimit: 99 });
    const running = [await enter(queue, A).slot, await enter(queue, A).slot];
    const many = Array.from({ length: 58 }, () => enter(queue, A));
    const one = enter(queue, B);
    const [another, more] = [enter(queue, C), enter(queue, C)];
    expect([one.positions, another.positions, more.positions]).toEqual([[1], [2], [3]]);
    running[0]?.[Symbol.dispose]();
    (await one.slot)[Symbol.dispose]();
    (await another.slot)[Symbol.dispose]();
    const order: string[] = [];
    void more.slot.then((slot) => {
      order.push("C");
      slot[Symbol.dispose]();
    });
    for (const { slot } of many.slice(0, 2)) void slot.then(() => order.push("A"));
    running[1]?.[Symbol.dispose]();
    await Promise.all(many.slice(0, 2).map(({ slot }) => slot));
    expect(order[0]).toBe("C");
    expect(queue.waiting).toBe(56);
  });

  it("gives no credit for time in which a client asked nothing, and no debt once it has left", async () => {
    const queue = new WorkQueue({ concurrency: 1, queueLimit: 100, perClientLimit: 99 });
    let slot = await enter(queue, A).slot;
    for (let round = 0; round < 5; round++) {
      const next = enter(queue, A);
      slot[Symbol.dispose]();
      slot = await next.slot;
    }
    const [mine, late] = [enter(queue, A), enter(queue, B)];
    expect([mine.positions, late.positions]).toEqual([[1], [2]]);
  });

  it("keeps some places for clients that have nothing here yet", async () => {
    const queue = new WorkQueue({ concurrency: 1, queueLimit: 8, perClientLimit: 99 });
    await enter(queue, A).slot;
    for (let place = 0; place < 6; place++) void enter(queue, A);
    await expect(enter(queue, A).slot).rejects.toMatchObject({ code: "QUEUE_FULL" });
    expect([enter(queue, B).positions, enter(queue, C).positions]).toEqual([[1], [2]]);
    await expect(enter(queue, `0x${"dd".repeat(20)}`).slot).rejects.toMatchObject({ code: "QUEUE_FULL" });
  });

  it("refuses one client's requests beyond its share, and takes another's", async () => {
    const queue = new WorkQueue({ ...limits, concurrency: 2 });
    const slots = [await enter(queue, A).slot, await enter(queue, A).slot];
    await expect(enter(queue, A).slot).rejects.toMatchObject({ code: "RATE_LIMITED" });
    const other = enter(queue, B);
    for (const slot of slots) slot[Symbol.dispose]();
    (await other.slot)[Symbol.dispose]();
    await expect(enter(queue, A).slot).resolves.toBeDefined();
  });

  it("counts what a client still has here when one of its requests leaves", async () => {
    const queue = new WorkQueue({ ...limits, concurrency: 3 });
    const slots = [await enter(queue, A).slot, await enter(queue, A).slot];
    slots[0]?.[Symbol.dispose]();
    await enter(queue, A).slot;
    await expect(enter(queue, A).slot).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  it("does not hold the turns of requests that left against the client's next one", async () => {
    const queue = new WorkQueue({ concurrency: 1, queueLimit: 100, perClientLimit: 99 });
    await enter(queue, C).slot;
    const stop = new AbortController();
    const left = Array.from({ length: 5 }, () => enter(queue, A, stop.signal).slot);
    stop.abort();
    for (const slot of left) await expect(slot).rejects.toMatchObject({ code: "CANCELLED" });
    expect([enter(queue, A).positions, enter(queue, B).positions]).toEqual([[1], [2]]);
  });

  it("takes what it can work on at once where nobody may wait", async () => {
    const queue = new WorkQueue({ concurrency: 1, queueLimit: 0, perClientLimit: 2 });
    const slot = await enter(queue, A).slot;
    await expect(enter(queue, B).slot).rejects.toMatchObject({ code: "QUEUE_FULL" });
    slot[Symbol.dispose]();
    await enter(queue, B).slot;
  });

  it("refuses when it is full", async () => {
    const queue = new WorkQueue({ ...limits, perClientLimit: 9 });
    await enter(queue, A).slot;
    void enter(queue, A);
    void enter(queue, A);
    await expect(enter(queue, B).slot).rejects.toMatchObject({ code: "QUEUE_FULL" });
  });

  it("lets go of a waiting request that is cancelled, without losing its place to nobody", async () => {
    const queue = new WorkQueue(limits);
    const slot = await enter(queue, A).slot;
    const cancel = new AbortController();
    const cancelled = enter(queue, B, cancel.signal);
    const behind = enter(queue, C);
    cancel.abort();
    await expect(cancelled.slot).rejects.toMatchObject({ code: "CANCELLED" });
    expect(behind.positions).toEqual([2, 1]);
    slot[Symbol.dispose]();
    (await behind.slot)[Symbol.dispose]();
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
  });

  it("tells a waiting request that this node shuts down", async () => {
    const queue = new WorkQueue(limits);
    await enter(queue, A).slot;
    const stop = new AbortController();
    const waiting = enter(queue, B, stop.signal);
    stop.abort(new LloomError("DRAINING", "This executor is shutting down."));
    await expect(waiting.slot).rejects.toMatchObject({ code: "DRAINING" });
  });

  it("tells the first eight at every step, and those far behind at every sixteenth place only", async () => {
    const queue = new WorkQueue({ concurrency: 1, queueLimit: 200, perClientLimit: 99 });
    const slot = await enter(queue, A).slot;
    const waiting = Array.from({ length: 33 }, () => enter(queue, B));
    slot[Symbol.dispose]();
    await waiting[0]?.slot;
    const toldAgain = waiting.map(({ positions }) => positions.slice(1));
    expect(toldAgain.flatMap((told, index) => (told.length > 0 ? [[index, ...told]] : []))).toEqual([
      ...Array.from({ length: 8 }, (_, index) => [index + 1, index + 1]),
      [16, 16],
      [32, 32],
    ]);
  });

  it("takes no place for a request that was cancelled before, and gives its share back", async () => {
    const queue = new WorkQueue({ concurrency: 1, queueLimit: 9, perClientLimit: 1 });
    const slot = await enter(queue, A).slot;
    for (const _ of [1, 2]) {
      const { slot: never, positions } = enter(queue, B, AbortSignal.abort());
      await expect(never).rejects.toMatchObject({ code: "CANCELLED" });
      expect([positions, queue.waiting]).toEqual([[], 0]);
    }
    const stop = new AbortController();
    const left = enter(queue, B, stop.signal);
    stop.abort(new LloomError("QUEUE_FULL", "Another reason."));
    await expect(left.slot).rejects.toMatchObject({ code: "CANCELLED" });
    expect(enter(queue, B).positions).toEqual([1]);
    slot[Symbol.dispose]();
  });

  it("does not lose who is at work when its signal comes", async () => {
    const queue = new WorkQueue(limits);
    const slot = await enter(queue, A).slot;
    const stop = new AbortController();
    const second = enter(queue, B, stop.signal);
    const third = enter(queue, C);
    slot[Symbol.dispose]();
    const working = await second.slot;
    stop.abort();
    expect([queue.running, queue.waiting]).toEqual([1, 1]);
    working[Symbol.dispose]();
    await third.slot;
  });

  it("frees a slot once, however often it is disposed", async () => {
    const queue = new WorkQueue({ ...limits, concurrency: 2 });
    const slot = await enter(queue, A).slot;
    await enter(queue, B).slot;
    slot[Symbol.dispose]();
    slot[Symbol.dispose]();
    expect(queue.running).toBe(1);
  });
});
