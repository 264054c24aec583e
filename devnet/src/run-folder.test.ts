import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRunFolder } from "./run-folder.ts";

describe("the folder of a run", () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), "lloom-runs-"));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  /** What a run leaves behind whose process, with this id, was killed. */
  const leftover = (name: string, pid: number): string => {
    const dir = join(base, name);
    for (const folder of ["data", "logs"]) {
      mkdirSync(join(dir, folder), { recursive: true });
      writeFileSync(join(dir, folder, "file"), "x");
    }
    writeFileSync(join(dir, "owner"), String(pid));
    return dir;
  };
  const ended = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

  it("goes with all it holds, except its logs", () => {
    const folder = openRunFolder(base);
    writeFileSync(join(folder.dataDir, "file"), "x");
    writeFileSync(join(folder.logDir, "chain.log"), "x");
    folder[Symbol.dispose]();
    expect([folder.dataDir, folder.home, folder.logDir].map(existsSync)).toEqual([false, false, true]);
  });

  it("sweeps the data of killed runs, and keeps their logs", () => {
    const dir = leftover("20200101T000000-aaaaaa", ended());
    openRunFolder(base)[Symbol.dispose]();
    expect(readdirSync(dir)).toEqual(["logs"]);
  });

  it("leaves a run alone whose process lives", () => {
    const dir = leftover("20200101T000000-aaaaaa", process.pid);
    openRunFolder(base)[Symbol.dispose]();
    expect(readdirSync(dir).sort()).toEqual(["data", "logs", "owner"]);
  });

  it("keeps the logs of the newest five runs", () => {
    const pid = ended();
    for (let year = 2010; year < 2020; year++) leftover(`${year}0101T000000-aaaaaa`, pid);
    openRunFolder(base)[Symbol.dispose]();
    const years = readdirSync(base).sort().slice(0, -1);
    expect(years.map((name) => name.slice(0, 4))).toEqual(["2016", "2017", "2018", "2019"]);
  });

  it("says what to do where no folder can be made", () => {
    writeFileSync(join(base, "file"), "");
    expect(() => openRunFolder(join(base, "file"))).toThrow(/Cannot make a folder in/);
  });
});
