import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import type { ExplainedError } from "../../checkout/explained-error.ts";
import { patiently, type Worker } from "./patience.ts";

const STALL_MS = 3_000;
/** Longer than a stall. */
const WORK_MS = 3 * STALL_MS;
const BUSY = `const end = Date.now() + ${WORK_MS}; while (Date.now() < end);`;
const IDLE = "setTimeout(() => undefined, 600_000)";

describe("a patient wait", () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
  });

  const run = (code: string): { worker: Worker; ended: Promise<string> } => {
    const child = spawn(process.execPath, ["-e", code], { stdio: "ignore" });
    children.push(child);
    const ended = new Promise<string>((resolve) => child.once("close", () => resolve("done")));
    return {
      worker: { name: "worker", pid: child.pid ?? 0, alive: true, logPath: "/logs/worker.log", lines: 0 },
      ended,
    };
  };
  const told: string[] = [];
  const wait = (workers: () => readonly Worker[]) => ({
    what: "the work",
    workers,
    tell: (text: string) => void told.push(text),
    signal: AbortSignal.timeout(60_000),
    stallMs: STALL_MS,
  });

  it("goes on as long as somebody computes, on a machine that is busy with other things", async () => {
    // Bounded in time by themselves.
    for (let count = 0; count < 8; count++) run(BUSY);
    const { worker, ended } = run(BUSY);
    expect(
      await patiently(
        wait(() => [worker]),
        () => ended,
      ),
    ).toBe("done");
  });

  it("goes on as long as somebody writes", async () => {
    const { worker } = run(IDLE);
    let lines = 0;
    const began = performance.now();
    const talking = wait(() => [{ ...worker, lines: lines++ }]);
    const enough = async (): Promise<string> => {
      while (performance.now() - began < WORK_MS) await new Promise(setImmediate);
      return "done";
    };
    expect(await patiently(talking, enough)).toBe("done");
  });

  it("ends when nobody does anything, and says whose log to read", async () => {
    const { worker } = run(IDLE);
    const failure = await patiently<ExplainedError>(
      wait(() => [worker]),
      () => new Promise(() => undefined),
    ).catch((error: unknown) => error as ExplainedError);
    expect(failure.message).toBe(`Waited in vain for the work: worker made no progress for ${STALL_MS / 1000} s.`);
    expect(failure.next).toBe("Read /logs/worker.log.");
  });

  it("ends when nobody is left, when it is lost, and when it is called off", async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    await expect(
      patiently(
        wait(() => []),
        never,
      ),
    ).rejects.toThrow(/nobody works at it any more/);
    const loss = Promise.reject(new Error("it died"));
    await expect(patiently({ ...wait(() => []), loss }, never)).rejects.toThrow("it died");
    const signal = AbortSignal.abort(new Error("called off"));
    await expect(patiently({ ...wait(() => []), signal }, never)).rejects.toThrow("called off");
  });
});
