import { describe, expect, it } from "vitest";
import type { Asked } from "./asking.ts";
import { knownAnswer } from "./known-answer.ts";
import { tally } from "./verdict.ts";

const EXECUTORS = [{ name: "executor-1", address: "0xAA" }];
const QUESTION = "What do looms weave?";
const RIGHT: Asked = {
  ...{ question: QUESTION, gateway: "gateway", isStreamed: true, beganMs: 10, endedMs: 20 },
  ...{ text: knownAnswer(QUESTION), executor: "0xaa", failure: undefined },
  receipt: { executor: "0xaa", attempts: 1, cost: "7", requestHash: "0x01" },
};
const BROKEN: Asked = { ...RIGHT, text: "warp ", receipt: undefined, failure: "STREAM_INTERRUPTED" };
const LOST: Asked = { ...RIGHT, text: "", executor: undefined, receipt: undefined, failure: "lost" };

const verdict = (asked: Asked, kill = { name: "nobody", atMs: 15 }): string | undefined =>
  Object.entries(tally({ asked: [asked], kills: [kill] }, EXECUTORS)).find(([, count]) => count === 1)?.[0];

describe("what became of a question", () => {
  it("is right with the known text, and wrong with any other that a receipt covers", () => {
    expect(verdict(RIGHT)).toBe("right");
    expect(verdict({ ...RIGHT, text: "warp " })).toBe("wrong");
  });

  it("counts as failed where an honest executor could have answered", () => {
    expect(verdict(BROKEN)).toBe("failed");
    expect(verdict(LOST)).toBe("failed");
    expect(verdict({ ...BROKEN, failure: "NO_EXECUTOR" })).toBe("failed");
  });

  it("counts for nothing where its gateway was killed while it was under way", () => {
    expect(verdict(LOST, { name: "gateway", atMs: 15 })).toBe("gatewayKilled");
    expect(verdict(LOST, { name: "gateway", atMs: 9 })).toBe("failed");
    expect(verdict(BROKEN, { name: "gateway", atMs: 15 })).toBe("failed");
  });

  it("tells apart where a liar had begun to stream", () => {
    expect(verdict({ ...BROKEN, executor: "0xbb" })).toBe("liarBegan");
    expect(verdict({ ...BROKEN, executor: "0xbb", text: "" })).toBe("failed");
    expect(verdict({ ...BROKEN, executor: "0xbb", isStreamed: false })).toBe("failed");
    expect(verdict({ ...RIGHT, executor: "0xbb", text: "warp " })).toBe("wrong");
  });

  it("counts for nothing where its executor was killed in the middle of streamed text", () => {
    expect(verdict(BROKEN, { name: "executor-1", atMs: 15 })).toBe("executorKilled");
    expect(verdict(BROKEN, { name: "executor-1", atMs: 21 })).toBe("failed");
    expect(verdict({ ...BROKEN, text: "" }, { name: "executor-1", atMs: 15 })).toBe("failed");
    expect(verdict({ ...BROKEN, isStreamed: false }, { name: "executor-1", atMs: 15 })).toBe("failed");
  });
});
