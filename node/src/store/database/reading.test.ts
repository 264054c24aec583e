import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "./database.ts";
import { MIGRATIONS } from "./migrations.ts";
import { openToRead } from "./reading.ts";

const TABLE = "SELECT count(*) AS rows FROM judging_problems";
let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lloom-reading-"));
  path = join(folder, "log.sqlite");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file as a version wrote it that knew all tables but the newest. */
function writeEarlierVersion(): void {
  using db = new DatabaseSync(path);
  db.function("encrypted", (text, _record) => text);
  db.exec("CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT");
  for (const [index, sql] of MIGRATIONS.slice(0, -1).entries()) {
    db.exec(sql);
    db.prepare("INSERT INTO migrations VALUES (?, 'then')").run(index + 1);
  }
  db.exec("INSERT INTO facts (name, value) VALUES ('scope', 'mine')");
}

describe("a file that is read", () => {
  it("is there while its node writes", () => {
    using stack = new DisposableStack();
    const written = stack.use(openDatabase(path));
    written.write(() => written.run("INSERT INTO facts (name, value) VALUES ('scope', 'mine')"));
    const read = openToRead(path, { stack });
    expect(read.get("SELECT value FROM facts WHERE name = 'scope'")).toEqual({ value: "mine" });
  });

  it("has this version's tables although an earlier one wrote it, stays as it is, and leaves nothing behind", () => {
    writeEarlierVersion();
    const before = [readdirSync(folder), statSync(path).mtimeMs];
    {
      using stack = new DisposableStack();
      const read = openToRead(path, { stack });
      expect(read.get(TABLE)).toEqual({ rows: 0 });
      expect(read.get("SELECT value FROM facts WHERE name = 'scope'")).toEqual({ value: "mine" });
    }
    expect([readdirSync(folder), statSync(path).mtimeMs]).toEqual(before);
    using own = openDatabase(path);
    expect(own.get(TABLE)).toEqual({ rows: 0 });
  });

  it("is not taken for an empty one where a newer version wrote it, or something else did", () => {
    using stack = new DisposableStack();
    openDatabase(path)[Symbol.dispose]();
    new DatabaseSync(path).exec("INSERT INTO migrations VALUES (99, 'tomorrow')");
    const refused = expect.objectContaining({ code: "STORE_FAILED" });
    expect(() => openToRead(path, { stack })).toThrow(refused);
    const strange = join(folder, "strange.sqlite");
    new DatabaseSync(strange).exec("CREATE TABLE other (id INTEGER)");
    expect(() => openToRead(strange, { stack })).toThrow(refused);
  });
});
