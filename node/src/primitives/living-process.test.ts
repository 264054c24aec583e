import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { livingProcess } from "./living-process.ts";

it("is told by the number in a file as long as it lives, and not by what is no number", async () => {
  const folder = mkdtempSync(join(tmpdir(), "lloom-process-"));
  const file = join(folder, "pid");
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  try {
    expect(livingProcess(file)).toBeUndefined();
    for (const text of [String(child.pid), `${child.pid}\n`]) {
      writeFileSync(file, text);
      expect(livingProcess(file)).toBe(child.pid);
    }
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(livingProcess(file)).toBeUndefined();
    // The number 0 means this process's whole group to the system.
    for (const text of ["", "0", "-1", "1e3", "x", "99999999999"]) {
      writeFileSync(file, text);
      expect(livingProcess(file)).toBeUndefined();
    }
  } finally {
    child.kill("SIGKILL");
    rmSync(folder, { recursive: true });
  }
});
