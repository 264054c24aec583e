import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { LloomError } from "../../errors.ts";
import { WorkQueue } from "./work-queue.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const B: Address = `0x${"bb".repeat(20)}`;
const never = new AbortController().signal;
const limits = { concurrency: 1, queueLimit: 2, perClientLimit: 2 };

/** Enters and remembers the positions that it was told. */
function enter(queue: WorkQueue, client: Address, signal = never) {
  const positions: number[] = [];
  const slot = queue.enter({ client, signal, onPosition: (position) => positions.push(position) });
  return { slot, positions };
}

describe("the work queue", () => {
  it("lets the first in at once and the others in their order", async () => {
    const queue = new WorkQueue({ ...limits, perClientLimit: 9 });
    const first = enter(queue, A);
    const slot = await first.slot;
    const second = enter(queue, A);
    const third = enter(queue, B);
    expect([first.positions, second.positions, third.positions]).toEqual([[], [1], [2]]);
    slot[Symbol.dispose]();
    const next = await second.slot;
    expect(third.positions).toEqual([2, 1]);
    next[Symbol.dispose]();
    (await third.slot)[Symbol.dispose]();
    expect([queue.running, queue.waiting]).toEqual([0, 0]);
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
    const cancelled = enter(queue, A, cancel.signal);
    const behind = enter(queue, B);
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

  it("frees a slot once, however often it is disposed", async () => {
    const queue = new WorkQueue({ ...limits, concurrency: 2 });
    const slot = await enter(queue, A).slot;
    await enter(queue, B).slot;
    slot[Symbol.dispose]();
    slot[Symbol.dispose]();
    expect(queue.running).toBe(1);
  });
});
