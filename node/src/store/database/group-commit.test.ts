import { appendFileSync, fdatasync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { GroupCommit, type SyncFile } from "./group-commit.ts";

describe("a shared commit", () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "lloom-commit-"));
    path = join(directory, "log-wal");
    appendFileSync(path, "first");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  /** A disk that answers when it is told to. */
  const staged = () => {
    const asked: ((problem: Error | null) => void)[] = [];
    const syncFile: SyncFile = (_file, done) => void asked.push(done);
    return { asked, syncFile };
  };
  const settled = async (promise: Promise<void>): Promise<string> => {
    const first = Promise.race([promise.then(() => "done"), Promise.resolve("waiting")]);
    return await first.catch((problem: Error) => problem.message);
  };

  it("is one for all that come while another is under way, and covers none that came after it began", async () => {
    const { asked, syncFile } = staged();
    using commits = new GroupCommit(path, syncFile);
    const [first, second, third] = [commits.sync(), commits.sync(), commits.sync()];
    expect(asked).toHaveLength(1);
    asked[0]?.(null);
    await first;
    expect(asked).toHaveLength(2);
    expect(await settled(second)).toBe("waiting");
    const later = commits.sync();
    asked[1]?.(null);
    await Promise.all([second, third]);
    expect(await settled(later)).toBe("waiting");
    asked[2]?.(null);
    await later;
    expect(asked).toHaveLength(3);
  });

  it("fails all that wait, and all that come later, once the disk has refused one", async () => {
    const { asked, syncFile } = staged();
    using commits = new GroupCommit(path, syncFile);
    const waiting = [commits.sync(), commits.sync()];
    asked[0]?.(new Error("the disk is full"));
    for (const promise of waiting) await expect(promise).rejects.toThrow("the disk is full");
    await expect(commits.sync()).rejects.toThrow("the disk is full");
    expect(asked).toHaveLength(1);
  });

  it("is over for everybody when the database has closed, also for a call that is under way", async () => {
    const { asked, syncFile } = staged();
    const commits = new GroupCommit(path, syncFile);
    const [under, waiting] = [commits.sync(), commits.sync()];
    commits[Symbol.dispose]();
    await waiting;
    expect(await settled(under)).toBe("waiting");
    asked[0]?.(new Error("the file is closed"));
    await under;
    await commits.sync();
    expect(asked).toHaveLength(1);
  });

  it("asks the real disk, and says when there is no such file", async () => {
    let calls = 0;
    const counted: SyncFile = (file, done) => {
      calls += 1;
      fdatasync(file, done);
    };
    using commits = new GroupCommit(path, counted);
    await Promise.all(Array.from({ length: 100 }, () => commits.sync()));
    expect(calls).toBe(2);
    using missing = new GroupCommit(join(directory, "nothing"));
    await expect(missing.sync()).rejects.toThrow("ENOENT");
  });
});
