import { setImmediate } from "node:timers/promises";
import { encodeTraceLeaf, type TraceToken, traceRoot } from "@lloom/protocol/trace";
import { expect, it, vi } from "vitest";
import { TraceWriter } from "./trace-writer.ts";

const token = (id: number): TraceToken => ({ token: id, logprob: -id, likeliest: [{ token: id, logprob: -id }] });
const TOKENS = Array.from({ length: 37 }, (_, id) => token(id));
const LEAVES = TOKENS.map(encodeTraceLeaf);

it("writes what was pushed, in its order, whether it had the time or not", async () => {
  for (const rests of [0, 1, 5]) {
    const writer = new TraceWriter();
    for (const [index, one] of TOKENS.entries()) {
      writer.push(one);
      if (rests > 0 && index % rests === 0) await setImmediate();
    }
    expect(writer.finish()).toEqual({ leaves: LEAVES, root: traceRoot(LEAVES) });
  }
});

it("makes no token wait, and leaves nothing of it to the end", async () => {
  const writer = new TraceWriter();
  const [one, ...others] = TOKENS as [TraceToken, ...TraceToken[]];
  const likeliest = vi.spyOn(one.likeliest, "toSorted" as never);
  for (const token of [one, ...others.slice(0, 20)]) writer.push(token);
  expect(likeliest).not.toHaveBeenCalled();
  await setImmediate();
  expect(likeliest).toHaveBeenCalledOnce();
  writer.finish();
  expect(likeliest).toHaveBeenCalledOnce();
});

it("tells of a token that has no leaf at the end, where somebody waits for it", async () => {
  const writer = new TraceWriter();
  writer.push({ token: 1, logprob: 1, likeliest: [] });
  await setImmediate();
  writer.push(token(2));
  expect(() => writer.finish()).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
});

it("has the zero root without a token", () => {
  expect(new TraceWriter().finish()).toEqual({ leaves: [], root: traceRoot([]) });
});
