import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { takeTurn } from "./turn.ts";

/** Takes the turn, says so, and keeps it until it is killed. */
const HOLDER = (path: string): string => `
const { takeTurn } = await import(${JSON.stringify(new URL("turn.ts", import.meta.url).href)});
globalThis.turn = await takeTurn(${JSON.stringify(path)}, new AbortController().signal);
console.log("mine");
setInterval(() => undefined, 60_000);`;

describe("a turn", () => {
  const dir = mkdtempSync(join(tmpdir(), "lloom-turn-"));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it("is one process's at a time, and the next one's when that is killed", async () => {
    const path = join(dir, "deep", "killed.lock");
    const holder = spawn(process.execPath, ["--input-type=module", "-e", HOLDER(path)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    await expect(takeTurn(path, AbortSignal.timeout(600))).rejects.toThrow();
    const waiting = takeTurn(path, AbortSignal.timeout(60_000));
    holder.kill("SIGKILL");
    using turn = await waiting;
    expect(turn).toBeDefined();
  });

  it("is given on within a process, too", async () => {
    const path = join(dir, "given.lock");
    const first = await takeTurn(path, AbortSignal.timeout(60_000));
    let isTaken = false;
    const second = takeTurn(path, AbortSignal.timeout(60_000)).then((turn) => {
      isTaken = true;
      return turn;
    });
    await expect(takeTurn(path, AbortSignal.timeout(600))).rejects.toThrow();
    expect(isTaken).toBe(false);
    first[Symbol.dispose]();
    (await second)[Symbol.dispose]();
  });

  it("is not waited for where none can be kept", async () => {
    await expect(takeTurn(dir, AbortSignal.timeout(60_000))).rejects.toThrow(/unable to open/);
  });
});
