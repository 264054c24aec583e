/** What somebody finds who takes the disk: bytes of the files, not what the log returns. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Hex } from "@lloom/protocol/commitment-types";
import { EMPTY_LANE } from "@lloom/protocol/lane";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createExchange, TEST_CIPHER, testIdentity, testPrompt } from "../../../test/support/exchange.ts";
import { type Database, openDatabase } from "./database/database.ts";
import { MIGRATIONS } from "./database/migrations.ts";
import { createTextCipher } from "./database/text-cipher.ts";
import { openExecutorLog } from "./executor/executor-log.ts";

const SALT: Hex = `0x${"5a".repeat(32)}`;
const SECRET = "What nobody else may read. ";
/** Long enough for overflow pages, which SQLite keeps apart. */
const TEXT = SECRET.repeat(4_000);
const TRACE = "What nobody else may count. ".repeat(4_000);
const ASKED = "What nobody else may ask. ".repeat(4_000);
const PROMPT = testPrompt(ASKED);
const exchange = createExchange();
let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "lloom-at-rest-"));
  path = join(directory, "executor.sqlite");
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (cipher = TEST_CIPHER): Database => openDatabase(path, { cipher });

/** How often bytes stand in the database and the files beside it. */
function countOnDisk(bytes: string | Uint8Array): number {
  let count = 0;
  for (const file of [path, `${path}-wal`, `${path}-shm`].filter((name) => existsSync(name))) {
    const held = readFileSync(file);
    for (let at = held.indexOf(bytes); at >= 0; at = held.indexOf(bytes, at + 1)) count++;
  }
  return count;
}

/** An answer in the log; its hash. */
function deliver(db: Database, answeredAtMs = 1000): Hex {
  const log = openExecutorLog(db);
  const asked = exchange.ask(EMPTY_LANE, { lane: BigInt(answeredAtMs) });
  const { requestHash } = asked;
  const answered = exchange.answer(EMPTY_LANE, asked);
  log.accept({ ...asked, acceptedAtMs: 1 });
  const delivered = Buffer.from(TEXT);
  const trace = Buffer.from(TRACE);
  log.saveAnswer({ requestHash, ...answered, contentSalt: SALT, delivered, trace, prompt: PROMPT, answeredAtMs });
  log.saveSignature(requestHash, answered.executorSignature);
  return requestHash;
}

const traceOf = (db: Database, requestHash: Hex): string =>
  Buffer.from(openExecutorLog(db).delivery(requestHash)?.trace ?? []).toString();
const textOf = (db: Database, requestHash: Hex): string | undefined => {
  const found = openExecutorLog(db).delivery(requestHash);
  return found && Buffer.from(found.delivered).toString();
};

test("prompt, delivered text and its trace stand in no file, and are there for the key alone", () => {
  let requestHash: Hex;
  {
    using db = open();
    requestHash = deliver(db);
    expect(countOnDisk(SECRET)).toBe(0);
    expect(textOf(db, requestHash)).toBe(TEXT);
    expect(traceOf(db, requestHash)).toBe(TRACE);
    expect(openExecutorLog(db).delivery(requestHash)?.prompt).toEqual(PROMPT);
  }
  expect([SECRET, TRACE, ASKED].map(countOnDisk)).toEqual([0, 0, 0]);
  {
    using other = open(createTextCipher(testIdentity("thief").secret));
    expect(() => textOf(other, requestHash)).toThrow(expect.objectContaining({ code: "STORE_FAILED" }));
  }
  using keyless = openDatabase(path);
  expect(() => textOf(keyless, requestHash)).toThrow(
    expect.objectContaining({ code: "STORE_FAILED", message: expect.stringContaining("not unlocked here") }),
  );
});

test("what retention has passed stands in no file either, not even encrypted", () => {
  using db = open();
  const [old, kept] = [deliver(db, 1000), deliver(db, 9000)];
  const columns = ["delivered", "trace", "prompt"] as const;
  const bytesOf = (requestHash: Hex, column: (typeof columns)[number]): Uint8Array =>
    db.get("SELECT delivered, trace, prompt FROM deliveries WHERE request_hash = :requestHash", { requestHash })?.[
      column
    ] as Uint8Array;
  const pieces = [old, kept].flatMap((requestHash) => columns.map((column) => bytesOf(requestHash, column).slice(-64)));
  db.checkpoint();
  expect(pieces.map(countOnDisk)).toEqual([1, 1, 1, 1, 1, 1]);
  openExecutorLog(db).prune(5000);
  expect(textOf(db, old)).toBeUndefined();
  expect(textOf(db, kept)).toBe(TEXT);
  expect(pieces.map(countOnDisk)).toEqual([0, 0, 0, 1, 1, 1]);
});

/** A log of the first version: its text is readable. */
function writeFirstVersion(requestHash: Hex): void {
  using db = new DatabaseSync(path);
  db.exec("PRAGMA journal_mode = WAL");
  db.exec("CREATE TABLE migrations (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT");
  db.exec(MIGRATIONS[0] ?? "");
  db.exec("INSERT INTO migrations VALUES (1, datetime('now'))");
  db.prepare("INSERT INTO deliveries VALUES (?, ?, ?, 1000)").run(requestHash, SALT, Buffer.from(TEXT));
}

test("a log whose text was readable is encrypted at its first start, and what was readable is gone", () => {
  const requestHash: Hex = `0x${"ab".repeat(32)}`;
  writeFirstVersion(requestHash);
  expect(countOnDisk(SECRET)).toBeGreaterThan(1000);
  using db = open();
  expect(countOnDisk(SECRET)).toBe(0);
  expect(textOf(db, requestHash)).toBe(TEXT);
  expect(traceOf(db, requestHash)).toBe("");
});

test("a log whose text was readable stays as it is without the key", () => {
  const requestHash: Hex = `0x${"ab".repeat(32)}`;
  writeFirstVersion(requestHash);
  expect(() => openDatabase(path)).toThrow(expect.objectContaining({ code: "STORE_FAILED" }));
  using db = open();
  expect(textOf(db, requestHash)).toBe(TEXT);
});
