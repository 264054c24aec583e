import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { orAborted } from "./or-aborted.ts";

const pending = new Promise<never>(() => undefined);

describe("orAborted", () => {
  it("waits for the work, and fails as it does", async () => {
    const { signal } = new AbortController();
    let isDone = false;
    const work = Promise.withResolvers<void>();
    const waiting = orAborted(work.promise, signal).then(() => {
      isDone = true;
    });
    await Promise.resolve();
    expect(isDone).toBe(false);
    work.resolve();
    await waiting;
    await expect(orAborted(Promise.reject(new Error("broken")), signal)).rejects.toThrow("broken");
  });

  it("ends as soon as the signal aborts, and at once if it has", async () => {
    const stop = new AbortController();
    const waiting = orAborted(pending, stop.signal);
    stop.abort();
    await waiting;
    await orAborted(pending, stop.signal);
  });

  it("listens no longer than it waits, however that ends", async () => {
    const stop = new AbortController();
    await orAborted(Promise.resolve(), stop.signal);
    await orAborted(Promise.reject(new Error("broken")), stop.signal).catch(() => undefined);
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
  });
});
