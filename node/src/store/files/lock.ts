import { rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { LloomError } from "../../errors.ts";
import { livingProcess } from "../../primitives/living-process.ts";
import { sqliteCode } from "./sqlite-code.ts";

/** Who has a lock that cannot be taken. */
export interface LockHolder {
  readonly cause: unknown;
  /** Its process, where that is known. */
  readonly pid: number | undefined;
}

/** SQLite's code for what somebody else has. */
const BUSY = 5;
const DAMAGED = "It holds no data: stop every process that uses it, and delete it.";
/** What else keeps a lock from being taken, and what its owner can do. */
const PROBLEMS: Readonly<Record<number, readonly [problem: string, next: string]>> = {
  8: ["may not be written", "Give this account the right to write it."],
  10: ["cannot be read or written", "Check the disk; some network drives know no locks."],
  11: ["is damaged", DAMAGED],
  13: ["cannot be written: the disk is full", "Free some space."],
  14: ["cannot be opened", "Check that its directory exists and may be written."],
  26: ["is damaged", DAMAGED],
};

/**
 * A lock that the operating system gives back when its process ends, however that ends: an exclusive transaction on an
 * empty SQLite file, for as long as what is returned is open. `taken` throws what is to be said when somebody has it. Beside it
 * stands the number of the process that took it last, for whoever finds it taken.
 * @throws STORE_FAILED where it cannot be taken for another reason.
 */
export function takeLock(path: string, taken: (holder: LockHolder) => never): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;");
  } catch (cause) {
    lock?.close();
    if (sqliteCode(cause) === BUSY) return taken({ cause, pid: livingProcess(holderFile(path)) });
    throw lockFailure(path, cause);
  }
  noteHolder(path);
  return lock;
}

/** Who has a lock now; undefined if nobody has, or nobody can tell. It is looked at and not taken. */
export function lockHolder(path: string): Pick<LockHolder, "pid"> | undefined {
  try {
    using lock = new DatabaseSync(path, { readOnly: true, timeout: 0 });
    lock.prepare("PRAGMA schema_version").get();
    return undefined;
  } catch (cause) {
    return sqliteCode(cause) === BUSY ? { pid: livingProcess(holderFile(path)) } : undefined;
  }
}

function lockFailure(path: string, cause: unknown): LloomError {
  const [problem, next] = PROBLEMS[sqliteCode(cause) ?? 0] ?? ["cannot be taken", "Check the disk and its directory."];
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LloomError("STORE_FAILED", `The lock ${path} ${problem} (${reason}).`, { cause, next });
}

const holderFile = (path: string): string => `${path}.pid`;

/** A courtesy: the lock counts without it. A link that somebody left in its place is removed, and not followed. */
function noteHolder(path: string): void {
  try {
    rmSync(holderFile(path), { force: true });
    writeFileSync(holderFile(path), `${process.pid}\n`, { mode: 0o600, flag: "wx" });
  } catch {
    // Whoever finds the lock taken is told of the file alone.
  }
}
