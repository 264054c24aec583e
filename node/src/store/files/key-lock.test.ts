import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lockKey } from "./key-lock.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-key-lock-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const lock = (scope: string) => lockKey({ scope, role: "an executor", directory });
const refusal = (pid: number | undefined) =>
  expect.objectContaining({
    code: "KEY_IN_USE",
    message: "Another process on this machine already runs an executor with this key.",
    next: expect.stringMatching(new RegExp(`^It is process ${pid}\\. Stop it first\\. .*lanes`)),
    details: { lock: expect.stringContaining("lloom-key-lock-"), process: pid },
  });

/** Another process that has the key until it is killed. */
async function holder(scope: string): Promise<ChildProcess> {
  const script = `
    import { lockKey } from ${JSON.stringify(new URL("key-lock.ts", import.meta.url).href)};
    globalThis.held = lockKey(${JSON.stringify({ scope, role: "an executor", directory })});
    console.log("locked");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

test("lets one process have a key until it is killed, and others other keys", async () => {
  const child = await holder("31337/0xaa/0x01");
  expect(() => lock("31337/0xaa/0x01")).toThrow(refusal(child.pid));
  lock("31337/0xaa/0x02")[Symbol.dispose]();
  child.kill("SIGKILL");
  await once(child, "exit");
  using _mine = lock("31337/0xaa/0x01");
  expect(() => lock("31337/0xaa/0x01")).toThrow(refusal(process.pid));
});

test("says of a command that moves money that it ends, and nothing of lanes", () => {
  const take = () => lockKey({ scope: "0x01", role: "a command that moves money", directory });
  using _mine = take();
  expect(take).toThrow(
    expect.objectContaining({
      message: "Another process on this machine already runs a command that moves money with this key.",
      next: expect.stringMatching(/^It is process \d+\. Wait until it has ended, or stop it, and run this one again/),
    }),
  );
  expect(take).not.toThrow(expect.objectContaining({ next: expect.stringMatching(/lane/) }));
});

test("gives the key back when it is done", () => {
  lock("a")[Symbol.dispose]();
  using _again = lock("a");
});
