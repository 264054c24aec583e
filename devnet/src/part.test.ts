import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { eventually } from "../../test/support/processes.ts";
import type { Part, PartSpec } from "./part.ts";
import { Supervisor } from "./supervisor.ts";

const SOON_MS = 60_000;
/** Says which process it is, and stays. */
const STAYS = `console.log("up as " + process.pid); setInterval(() => undefined, 1_000);`;

describe("a part of the network", () => {
  let dir: string;
  let told: string[];
  let supervisor: Supervisor;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "lloom-part-"));
    told = [];
    supervisor = new Supervisor(dir, { home: join(dir, "home"), tell: (text) => told.push(text) });
  });
  afterEach(async () => {
    await supervisor[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  const start = (name: string, code: string, more: Partial<PartSpec> = {}): Part => {
    const script = join(dir, `${name}.mjs`);
    writeFileSync(script, code);
    return supervisor.start({ name, script, args: [], cwd: dir, ...more });
  };
  const pidTold = (part: Part): Promise<number> =>
    part.firstLine((line) => (line.startsWith("up as ") ? Number(line.slice(6)) : undefined));

  it("is named with its last lines and its log when it is killed, and started again, while the others stay", async () => {
    const [killed, other] = [start("killed", STAYS), start("other", STAYS)];
    const [first] = await Promise.all([pidTold(killed), pidTold(other)]);
    const again = pidTold(killed);
    process.kill(first, "SIGKILL");
    expect(await again).not.toBe(first);
    expect(told).toHaveLength(2);
    expect(told[1]).toBe("   killed is up again.");
    expect(told[0]).toContain(`killed was killed. Its last lines:\n    up as ${first}`);
    expect(told[0]).toContain("started again");
    expect(told[0]).toContain(join(dir, "killed.log"));
    expect(supervisor.parts.map(({ name }) => name)).toEqual(["killed", "other"]);
    await killed.kill("SIGINT");
    expect(readFileSync(killed.logPath, "utf8")).toContain(`up as ${first}`);
  });

  it("keeps temporary files, and so the locks of its keys, where no other network does", async () => {
    const part = start("told", `console.log(process.getBuiltinModule("node:os").tmpdir()); ${STAYS}`);
    const place = await part.firstLine((line) => (line.startsWith("up") ? undefined : line));
    expect(place).toBe(join(dir, "home", "tmp"));
    expect(existsSync(place)).toBe(true);
  });

  it("stays down when it ends again and again, with what it said, while the others stay", async () => {
    const broken = start("broken", `console.error("no model"); process.exitCode = 3;`);
    const other = start("other", STAYS);
    await pidTold(other);
    await expect(pidTold(broken)).rejects.toThrow(/broken ended with exit code 3\. Its last lines:\n {4}no model/);
    expect(told.filter((text) => text.includes("up again"))).toEqual([]);
    expect(told).toHaveLength(4);
    expect(told.at(-1)).toContain("stays down; the rest goes on");
    expect(told.at(-1)).toMatch(/Ctrl-C and npm start bring it back\.$/);
    expect(other.alive).toBe(true);
  });

  it("ends the network when the others cannot go on without it", async () => {
    const chain = start("chain", STAYS, { vital: true });
    const pid = await pidTold(chain);
    process.kill(pid, "SIGKILL");
    await expect(supervisor.failure).rejects.toThrow(/chain was killed\. Its last lines:\n {4}up as/);
    expect(chain.alive).toBe(false);
  });

  it("is not started again after an end that was wanted", async () => {
    const part = start("wanted", STAYS);
    await pidTold(part);
    await part.kill("SIGKILL");
    expect(told).toEqual([]);
    expect(supervisor.parts).toEqual([]);
  });

  it("takes its folder for the user's home", async () => {
    const home = join(dir, "home");
    const code = `console.log(["HOME", "XDG_DATA_HOME"].map((name) => process.env[name]).join(" ")); ${STAYS}`;
    const said = await start("homely", code).firstLine((line) => line);
    expect(said).toBe(`${home} ${join(home, ".local/share")}`);
  });

  it("leaves nothing of its group behind", async () => {
    const file = join(dir, "grandchild");
    const grandchild = `require("node:fs").writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1e3)`;
    const code = `
      import { spawn } from "node:child_process";
      spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}], { stdio: "ignore" });
      setInterval(() => undefined, 1_000);`;
    const part = start("parent", code);
    await eventually("there is a grandchild", SOON_MS, () => existsSync(file) && readFileSync(file, "utf8") !== "");
    const pid = Number(readFileSync(file, "utf8"));
    await part.kill("SIGKILL");
    await eventually("the grandchild is gone", SOON_MS, () => !isAlive(pid));
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
