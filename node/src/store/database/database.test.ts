import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { type Database, openDatabase } from "./database.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-store-"));
  path = join(directory, "data", "lloom.db");
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A table that every version has. */
const save = (db: Database, value: string): unknown =>
  db.write(() => db.run("INSERT OR REPLACE INTO facts VALUES ('test', :value)", { value }));
const saved = (db: Database): unknown => db.get("SELECT value FROM facts WHERE name = 'test'")?.["value"];

const failure = (message: RegExp, next = /\w/) =>
  expect.objectContaining({
    code: "STORE_FAILED",
    message: expect.stringMatching(message),
    next: expect.stringMatching(next),
  });

/** Another process that holds the database open until it is killed. */
async function holder(): Promise<ChildProcess> {
  const script = `
    import { openDatabase } from ${JSON.stringify(new URL("database.ts", import.meta.url).href)};
    globalThis.held = openDatabase(${JSON.stringify(path)});
    console.log("open");
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}

test("keeps what was written, for its owner alone", () => {
  {
    using db = openDatabase(path);
    save(db, "12");
    save(db, "13");
  }
  using db = openDatabase(path);
  expect(saved(db)).toBe("13");
  if (process.platform === "win32") return;
  for (const file of [path, `${path}-wal`, `${path}.lock`]) expect(statSync(file).mode & 0o777, file).toBe(0o600);
});

test("syncs every commit that asks for it, and overwrites what is deleted", () => {
  using db = openDatabase(path);
  expect(db.get("PRAGMA journal_mode")).toEqual({ journal_mode: "wal" });
  expect(db.get("PRAGMA synchronous")).toEqual({ synchronous: 2 });
  db.write(() => expect(db.get("PRAGMA synchronous")).toEqual({ synchronous: 1 }), { synced: false });
  db.write(() => expect(db.get("PRAGMA synchronous")).toEqual({ synchronous: 2 }));
  expect(db.get("PRAGMA secure_delete")).toEqual({ secure_delete: 1 });
  expect(db.get("PRAGMA foreign_keys")).toEqual({ foreign_keys: 1 });
});

test("writes what comes in one turn in one transaction, each part whole or not at all, and for whoever reads here at once", async () => {
  using db = openDatabase(path);
  using other = openDatabase(path, { readOnly: true });
  const add = (name: string): void => {
    db.run("INSERT INTO facts VALUES (:name, '1')", { name });
  };
  const names = (from: Database): unknown[] =>
    from.all("SELECT name FROM facts WHERE value = '1' ORDER BY name").map(({ name }) => name);
  db.writeSoon(() => add("a"));
  expect(() =>
    db.writeSoon(() => {
      add("b");
      add("a");
    }),
  ).toThrow(failure(/UNIQUE constraint failed/));
  db.writeSoon(() => add("c"));
  expect([names(db), names(other)]).toEqual([["a", "c"], []]);
  await db.committed();
  expect(names(other)).toEqual(["a", "c"]);
  // What must be written at once brings with it what came before.
  db.writeSoon(() => add("d"));
  db.write(() => add("e"));
  expect(names(other)).toEqual(["a", "c", "d", "e"]);
  await db.committed();
});

test("lets what nobody waits for rest until somebody writes or waits, or for a moment", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  using db = openDatabase(path);
  using other = openDatabase(path, { readOnly: true });
  const add = (name: string, mayRest: boolean): void => {
    db.writeSoon(() => void db.run("INSERT INTO facts VALUES (:name, '1')", { name }), { mayRest });
  };
  const names = (from: Database): string =>
    from
      .all("SELECT name FROM facts WHERE value = '1' ORDER BY name")
      .map(({ name }) => name)
      .join("");
  add("a", true);
  await nextTurn();
  expect([names(db), names(other)]).toEqual(["a", ""]);
  add("b", false);
  await nextTurn();
  expect(names(other)).toBe("ab");
  add("c", true);
  await db.committed();
  expect(names(other)).toBe("abc");
  add("d", true);
  await vi.advanceTimersByTimeAsync(50);
  expect(names(other)).toBe("abcd");
  add("e", true);
  db[Symbol.dispose]();
  expect(names(other)).toBe("abcde");
});

test("promises nothing more once a turn's transaction was lost", async () => {
  using db = openDatabase(path);
  db.writeSoon(() => db.run("INSERT INTO facts VALUES ('lost', '1')"));
  const lost = db.committed();
  // As SQLite does by itself on a full disk.
  expect(() => db.writeSoon(() => db.run("ROLLBACK"))).toThrow(failure(/failed/));
  await expect(lost).rejects.toThrow(failure(/failed/));
  await expect(db.onDisk()).rejects.toThrow(failure(/failed/));
  for (const write of [() => db.write(() => 1), () => db.writeSoon(() => 1)]) expect(write).toThrow(failure(/failed/));
});

test("says when the disk has what was written, to all who wait and also while it closes", async () => {
  const db = openDatabase(path);
  const waiting: Promise<void>[] = [];
  for (let value = 0; value < 50; value++) {
    db.write(() => db.run("INSERT OR REPLACE INTO facts VALUES ('test', :value)", { value: String(value) }), {
      synced: false,
    });
    waiting.push(db.onDisk());
  }
  db.onDiskSoon();
  db[Symbol.dispose]();
  await Promise.all(waiting);
  using again = openDatabase(path);
  expect(saved(again)).toBe("49");
  await again.onDisk();
});

test("writes all of a transaction or nothing", () => {
  using db = openDatabase(path);
  expect(() =>
    db.write(() => {
      db.run("INSERT INTO facts VALUES ('test', '1')");
      db.run("INSERT INTO facts VALUES ('test', '2')");
    }),
  ).toThrow(failure(/UNIQUE constraint failed/));
  expect(saved(db)).toBeUndefined();
  db.write(() => db.run("INSERT INTO facts VALUES ('test', '3')"));
  expect(saved(db)).toBe("3");
});

test("refuses a second process, names the lock, and opens once the first was killed", async () => {
  const child = await holder();
  expect(() => openDatabase(path)).toThrow(failure(/Another process uses .* holds the lock .*lloom\.db\.lock\.$/));
  using reader = openDatabase(path, { readOnly: true });
  expect(saved(reader)).toBeUndefined();
  child.kill("SIGKILL");
  await once(child, "exit");
  using db = openDatabase(path);
  save(db, "1");
  expect(saved(reader)).toBe("1");
});

test("keeps its lock when this process tries to open the file twice", async () => {
  using db = openDatabase(path);
  expect(() => openDatabase(path)).toThrow(failure(/holds the lock/));
  const child = spawn(process.execPath, [
    "--input-type=module",
    "-e",
    `import { openDatabase } from ${JSON.stringify(new URL("database.ts", import.meta.url).href)};
     try { openDatabase(${JSON.stringify(path)}); } catch (error) { process.exit(error.code === "STORE_FAILED" ? 7 : 8); }`,
  ]);
  expect((await once(child, "exit"))[0]).toBe(7);
  expect(saved(db)).toBeUndefined();
});

test("says that a file is no database, is damaged, or may not be written", () => {
  openDatabase(path)[Symbol.dispose]();
  const size = statSync(path).size;
  writeFileSync(path, Buffer.alloc(size, "not a database "));
  expect(() => openDatabase(path)).toThrow(failure(/is not a database/, /without deleting it/));

  rmSync(path);
  openDatabase(path)[Symbol.dispose]();
  // Past the file's header: the list of tables.
  const file = openSync(path, "r+");
  writeSync(file, Buffer.alloc(3900, 0xa5), 0, 3900, 110);
  closeSync(file);
  expect(() => openDatabase(path)).toThrow(failure(/is damaged/, /without deleting it/));

  const missing = join(directory, "missing.db");
  expect(() => openDatabase(missing, { readOnly: true })).toThrow(failure(/cannot be opened/));
  writeFileSync(join(directory, "file"), "");
  expect(() => openDatabase(join(directory, "file", "lloom.db"))).toThrow(failure(/cannot be created/));
});

test("refuses a file with 64 overwritten bytes in any of its pages before it is used", () => {
  const PAGE = 4096;
  {
    using db = openDatabase(path);
    const text = "x".repeat(1000);
    db.write(() => {
      for (let row = 0; row < 60; row++)
        db.run("INSERT INTO facts VALUES (:name, :text)", { name: `fact ${row}`, text });
    });
    db.checkpoint();
  }
  const whole = readFileSync(path);
  const pages = whole.length / PAGE;
  let refused = 0;
  for (let page = 1; page < pages; page++) {
    const broken = Buffer.from(whole);
    broken.fill(0xa5, page * PAGE, page * PAGE + 64);
    writeFileSync(path, broken);
    expect(() => openDatabase(path), `page ${page}`).toThrow(failure(/is damaged/, /docs\/executor\.md/));
    refused++;
  }
  expect(refused).toBeGreaterThan(20);
  writeFileSync(path, whole);
  using db = openDatabase(path);
  expect(db.get("SELECT count(*) AS count FROM facts")).toEqual({ count: 60 });
});

test("says that a file cannot be opened", () => {
  mkdirSync(path, { recursive: true });
  expect(() => openDatabase(path)).toThrow(failure(/cannot be opened/, /directory exists and may be written/));
});

test("refuses the tables of a newer version", () => {
  openDatabase(path)[Symbol.dispose]();
  const raw = new DatabaseSync(path);
  raw.exec("INSERT INTO migrations VALUES (99, 'tomorrow')");
  raw.close();
  expect(() => openDatabase(path)).toThrow(failure(/was written by a newer Lloom \(tables 99\)/, /Update Lloom/));
});

test("refuses a file that belongs to another network or account", () => {
  openDatabase(path, { scope: "31337/0xaa/0x01" })[Symbol.dispose]();
  openDatabase(path, { scope: "31337/0xaa/0x01" })[Symbol.dispose]();
  expect(() => openDatabase(path, { scope: "1/0xaa/0x01" })).toThrow(
    failure(/belongs to 31337\/0xaa\/0x01, not to 1\/0xaa\/0x01/, /another data directory/),
  );
});
