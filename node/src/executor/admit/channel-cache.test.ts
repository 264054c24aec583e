import type { Address } from "@lloom/protocol/commitment-types";
import { describe, expect, it } from "vitest";
import { ChannelCache, type KnownChannel, longestChannelAgeMs } from "./channel-cache.ts";

const A: Address = `0x${"aa".repeat(20)}`;
const channel = (balance: bigint): KnownChannel => ({ balance, unlocking: 0n, unlockAt: 0n, skewSeconds: 0n });

/** A cache whose reads are answered by the test, in the order of their start. */
function staged({ nowMs = () => 0 }: { nowMs?: () => number } = {}) {
  const reads: PromiseWithResolvers<KnownChannel>[] = [];
  const cache = new ChannelCache(
    () => {
      const read = Promise.withResolvers<KnownChannel>();
      reads.push(read);
      return read.promise;
    },
    { clock: nowMs, longestAgeMs: 1_000 },
  );
  return { cache, reads };
}

describe("the channel cache", { timeout: 20_000 }, () => {
  it("reads once for all who ask at first contact", async () => {
    const { cache, reads } = staged();
    const asked = [cache.get(A), cache.get(A)];
    reads[0]?.resolve(channel(1n));
    expect(await Promise.all(asked)).toEqual([channel(1n), channel(1n)]);
    expect(await cache.get(A)).toEqual(channel(1n));
    expect(reads.length).toBe(1);
  });

  it("does not keep a read that a change has overtaken", async () => {
    const { cache, reads } = staged();
    const before = cache.get(A);
    cache.forget(A);
    reads[0]?.resolve(channel(1n));
    await before;
    expect(cache.peek(A)).toBeUndefined();
    const after = cache.get(A);
    reads[1]?.resolve(channel(2n));
    expect(await after).toEqual(channel(2n));
    expect(cache.peek(A)).toEqual(channel(2n));
  });

  it("forgets what is known of a channel that changed", async () => {
    const { cache, reads } = staged();
    const read = cache.get(A);
    reads[0]?.resolve(channel(1n));
    await read;
    expect(cache.peek(A)).toEqual(channel(1n));
    cache.forget(A);
    expect(cache.peek(A)).toBeUndefined();
  });

  it("shares a read that is under way although one from before a change fails meanwhile", async () => {
    const { cache, reads } = staged();
    const before = cache.get(A);
    cache.forget(A);
    const after = [cache.get(A)];
    reads[0]?.reject(new RangeError("no chain"));
    await expect(before).rejects.toThrow("no chain");
    after.push(cache.get(A));
    reads[1]?.resolve(channel(2n));
    expect(await Promise.all(after)).toEqual([channel(2n), channel(2n)]);
    expect(reads.length).toBe(2);
  });

  it("knows ten thousand clients, and lets go of the one that was asked for longest ago", async () => {
    const cache = new ChannelCache(async () => channel(1n), { clock: () => 0, longestAgeMs: 1_000 });
    const client = (index: number): Address => `0x${index.toString(16).padStart(40, "0")}`;
    for (let index = 0; index < 10_000; index++) await cache.get(client(index));
    expect(cache.peek(client(0))).toEqual(channel(1n));
    await cache.get(client(10_000));
    expect([cache.peek(client(0)), cache.peek(client(1))]).toEqual([undefined, channel(1n)]);
  });

  it("refreshes by a read that begins later than the asking, one for all who wait", async () => {
    const { cache, reads } = staged();
    const first = cache.get(A);
    const refreshed = [cache.refresh(A), cache.refresh(A), cache.refresh(A)];
    reads[0]?.resolve(channel(1n));
    await first;
    await expect.poll(() => reads.length).toBe(2);
    reads[1]?.resolve(channel(2n));
    expect(await Promise.all(refreshed)).toEqual([channel(2n), channel(2n), channel(2n)]);
    expect(reads.length).toBe(2);
  });

  it("believes a channel no longer than its age allows, whichever way the clock is set", async () => {
    let nowMs = 5_000;
    const { cache, reads } = staged({ nowMs: () => nowMs });
    const first = cache.get(A);
    nowMs = 5_500;
    reads[0]?.resolve(channel(1n));
    await first;
    nowMs = 6_000;
    expect(cache.peek(A)).toEqual(channel(1n));
    for (nowMs of [6_001, 3_999]) expect(cache.peek(A)).toBeUndefined();
    const second = cache.get(A);
    reads[1]?.resolve(channel(2n));
    expect(await second).toEqual(channel(2n));
  });

  it("is believed for the margin before an unlock at most, and for an hour", () => {
    expect(longestChannelAgeMs(60n)).toBe(60_000);
    expect(longestChannelAgeMs(6n * 3600n)).toBe(3_600_000);
  });

  it("passes a failed read on and tries again the next time", async () => {
    const { cache, reads } = staged();
    const failed = cache.get(A);
    reads[0]?.reject(new RangeError("no chain"));
    await expect(failed).rejects.toThrow("no chain");
    const next = cache.get(A);
    reads[1]?.resolve(channel(3n));
    expect(await next).toEqual(channel(3n));
  });
});
