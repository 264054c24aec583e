import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ExecutorFrameBody } from "../../p2p/infer/answer-queue.ts";
import { FramePipe } from "./frame-pipe.ts";
import { Telling } from "./telling.ts";

/** Signed elsewhere; here only its place counts. */
const RESPONSE = { type: "response" } as Extract<ExecutorFrameBody, { type: "response" }>;

function begin() {
  const pipe = new FramePipe<ExecutorFrameBody>();
  const told: string[] = [];
  const reading = (async () => {
    for await (const frame of pipe) told.push(frame.type === "token" ? frame.text : frame.type);
  })();
  const watch = { text: vi.fn() };
  return { telling: new Telling(pipe, watch), told, reading, watch };
}

/** Lets the reader take what is there. */
const turn = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

describe("a client is told", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("text that ends its answer together with the signed response, and not that the answer runs", async () => {
    const { telling, told, reading, watch } = begin();
    telling.running();
    await telling.text("Hello", true);
    await turn();
    expect(told).toEqual([]);
    expect(watch.text).not.toHaveBeenCalled();
    telling.answered(RESPONSE);
    await reading;
    expect(told).toEqual(["Hello", "response"]);
    expect(watch.text).toHaveBeenCalledOnce();
  });

  it("text at once that others may follow", async () => {
    const { telling, told } = begin();
    await telling.text("Hel", false);
    await turn();
    expect(told).toEqual(["Hel"]);
  });

  it("text that ends its answer before anything that follows all the same", async () => {
    const { telling, told } = begin();
    await telling.text("Hel", true);
    await telling.text("lo", false);
    await turn();
    expect(told).toEqual(["Hel", "lo"]);
  });

  it("long text at once, also if it ends its answer", async () => {
    const { telling, told } = begin();
    await telling.text("x".repeat(16 * 1024 + 1), true);
    await turn();
    expect(told).toHaveLength(1);
  });

  it("text that ends its answer without the response, if that takes long", async () => {
    const { telling, told } = begin();
    await telling.text("Hello", true);
    await vi.advanceTimersByTimeAsync(20);
    expect(told).toEqual(["Hello"]);
  });

  it("that the answer runs, if no text comes for a while", async () => {
    const { telling, told } = begin();
    telling.queued(1);
    telling.running();
    await vi.advanceTimersByTimeAsync(20);
    expect(told).toEqual(["status", "status"]);
  });

  it("nothing more once it has failed", async () => {
    const { telling, told, reading } = begin();
    using _ = telling;
    telling.running();
    await telling.text("Hello", true);
    telling.failed(new Error("gone"));
    await expect(reading).rejects.toThrow("gone");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([]);
  });
});
