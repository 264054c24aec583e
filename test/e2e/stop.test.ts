import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { eventually, MARK, marked, type Program, runNode, untilPrinted } from "../support/processes.ts";

const UP_MS = 900_000;
/** A newcomer who presses Ctrl-C waits some seconds; here other tests compute meanwhile. */
const STOP_MS = 30_000;

describe("npm start", () => {
  let mark: string;
  let program: Program;

  const start = (): void => {
    mark = randomUUID();
    program = runNode({ args: ["devnet/start.ts"], env: { [MARK]: mark } });
  };
  const untilGone = (deadlineMs: number): Promise<void> =>
    eventually("every process is gone", deadlineMs, () => marked(mark).length === 0);

  afterEach(async () => {
    for (const pid of marked(mark)) process.kill(pid, "SIGKILL");
    await untilGone(STOP_MS);
  });

  it("takes the next free port when one is busy, stays up, and stops everything on Ctrl-C", async () => {
    const busy = createServer().listen(8080, "127.0.0.1");
    // Busy already is busy too.
    busy.on("error", () => undefined);
    try {
      start();
      await untilPrinted(program, "Ctrl-C stops everything.\n", UP_MS);
      expect(program.printed()).toMatch(/port 8080 is busy, so the gateway takes 80[89]\d/);
      expect(program.printed()).toMatch(/explorer +http:\/\/127\.0\.0\.1:\d+/);
      expect(marked(mark).length).toBeGreaterThan(8);
      const pressed = performance.now();
      program.signal("SIGINT");
      const { code, stdout } = await program.ended;
      await untilGone(STOP_MS);
      expect(performance.now() - pressed).toBeLessThan(STOP_MS);
      expect(code, stdout).toBe(0);
      expect(stdout).toContain("Everything is stopped.");
    } finally {
      busy.close();
    }
  });

  it("leaves no process behind when it is killed without a chance to clean up", async () => {
    start();
    await untilPrinted(program, "3 executors", UP_MS);
    program.signal("SIGKILL");
    await program.ended;
    await untilGone(STOP_MS);
  });
});
