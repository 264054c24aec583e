import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { until } from "./until.ts";

const QUESTION_MS = 100;

describe("a question that is asked again and again", () => {
  const worker = { name: "worker", pid: process.pid, alive: true, logPath: "/logs/worker.log", lines: 0 };
  const wait = {
    ...{ what: "the answer", workers: () => [worker], tell: () => undefined, everyMs: 1, questionMs: QUESTION_MS },
    signal: AbortSignal.timeout(60_000),
  };

  it("gets more time after each time that was too short, so that a slow answer comes in the end", async () => {
    let asked = 0;
    const slow = async (signal: AbortSignal): Promise<string> => {
      asked += 1;
      await delay(3 * QUESTION_MS, undefined, { signal });
      return "late";
    };
    expect(await until(wait, slow)).toBe("late");
    expect(asked).toBeGreaterThan(1);
  });

  it("is asked again when nobody knows the answer yet, and when nobody answers", async () => {
    const answers = [undefined, new Error("refused"), "here"];
    const ask = async (): Promise<string | undefined> => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    expect(await until(wait, ask)).toBe("here");
  });
});
