import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, describe, expect, it } from "vitest";
import { keepWriteAheadLog } from "./write-ahead-log.ts";

const directory = mkdtempSync(join(tmpdir(), "lloom-wal-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the write-ahead log", () => {
  it("is on where the file system can have it", () => {
    const path = join(directory, "here.sqlite");
    using db = new DatabaseSync(path);
    keepWriteAheadLog(db, path);
    expect(db.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
  });

  it("is moved into the file once it is large, not every few answers", () => {
    const path = join(directory, "large.sqlite");
    using db = new DatabaseSync(path);
    keepWriteAheadLog(db, path);
    // What reaches the disk is not what is tested.
    db.exec("PRAGMA synchronous = OFF; CREATE TABLE pages (page BLOB)");
    const write = (megabytes: number): void =>
      void db.prepare("INSERT INTO pages VALUES (zeroblob(?))").run(megabytes * 1024 * 1024);
    const movedBytes = (): number => statSync(path).size;
    write(6);
    write(1);
    expect(movedBytes()).toBeLessThan(1024 * 1024);
    write(11);
    expect(movedBytes()).toBeGreaterThan(16 * 1024 * 1024);
  });

  // SQLite's own layers for file systems without locks and shared memory, which it brings on Unix alone.
  it.runIf(process.platform !== "win32").each(["unix-dotfile", "unix-none"])(
    "is missed where the file system cannot, with where to go: %s",
    (layer) => {
      const path = join(directory, `${layer}.sqlite`);
      using db = new DatabaseSync(new URL(`file://${path}?vfs=${layer}`));
      expect(() => keepWriteAheadLog(db, path)).toThrow(
        expect.objectContaining({
          code: "STORE_FAILED",
          message: `SQLite cannot keep a write-ahead log for ${path} where that file lies.`,
          next: expect.stringContaining("a disk of this machine"),
          details: { journalMode: "delete" },
        }),
      );
    },
  );
});
