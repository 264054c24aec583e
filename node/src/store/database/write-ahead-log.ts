import type { DatabaseSync } from "node:sqlite";
import { LloomError } from "../../errors.ts";
import { storeFailure } from "./store-failure.ts";

/** SQLite's codes for shared memory and locks that a file system does not have: SQLITE_IOERR_*, SQLITE_PROTOCOL. */
const NO_SHARED_MEMORY: ReadonlySet<unknown> = new Set([15, 3850, 4618, 4874, 5130, 5386]);

/**
 * Pages that the log may hold before a commit moves them into the file: 16 MB. That syncs both files on the event loop, and with
 * SQLite's own 1 000 pages one answer in forty waited for it, of those that come one at a time.
 */
const PAGES_BEFORE_MOVING = 4_000;

/**
 * Turns the write-ahead log on, and looks at what SQLite answers: where it cannot have one, as on network drives, it goes on
 * without a word, and neither the locks nor the durability that this node relies on would hold.
 * @throws LloomError STORE_FAILED
 */
export function keepWriteAheadLog(db: DatabaseSync, path: string): void {
  const mode = askForLog(db, path);
  if (mode === "wal") return void db.exec(`PRAGMA wal_autocheckpoint = ${PAGES_BEFORE_MOVING}`);
  throw new LloomError("STORE_FAILED", `SQLite cannot keep a write-ahead log for ${path} where that file lies.`, {
    next: "Give --data-dir a directory on a disk of this machine: network drives and some shared folders do not do.",
    details: { journalMode: mode },
  });
}

function askForLog(db: DatabaseSync, path: string): string {
  try {
    return String(db.prepare("PRAGMA journal_mode = WAL").get()?.["journal_mode"]);
  } catch (cause) {
    const code: unknown = cause instanceof Error && "errcode" in cause ? cause.errcode : undefined;
    if (NO_SHARED_MEMORY.has(code)) return "none";
    throw storeFailure(path, cause);
  }
}
