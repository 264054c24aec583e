import { closeSync, existsSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { LloomError } from "../../errors.ts";
import { takeLock } from "../files/lock.ts";
import { makePrivateDirectory } from "../files/private-directory.ts";
import type { Row } from "./encoding.ts";
import { GroupCommit } from "./group-commit.ts";
import { isOlder, migrate } from "./migrations.ts";
import { damagedStore, isDamage, olderStore, storeFailure, textWithoutKey } from "./store-failure.ts";
import type { TextCipher } from "./text-cipher.ts";
import { type SoonOptions, Transactions, type WriteOptions } from "./transactions.ts";
import { keepWriteAheadLog } from "./write-ahead-log.ts";

/** Values of a statement's named parameters. */
export type Values = Readonly<Record<string, SQLInputValue>>;

export interface DatabaseOptions {
  /**
   * What the file belongs to, for example chain, contract and account. Kept in the file when it is created; a later
   * open with another scope is refused, since receipts of one network mean nothing on another.
   */
  readonly scope?: string;
  /** For a file that keeps text; without, its text can be neither written nor read. */
  readonly cipher?: TextCipher;
  /** Reads only, beside a running node: takes no lock, changes nothing. The file must exist. */
  readonly readOnly?: boolean;
  /**
   * Writes beside whoever has the file, in short transactions: takes no lock, and brings no tables to this version. Only for rows that
   * the other one reads anew each time; it waits for such a write as for the disk, for milliseconds.
   */
  readonly beside?: boolean;
}

/** How long what nobody waits for may rest in memory. */
const SOON_MS = 50;

/**
 * A durable SQLite file with a write-ahead log: what `write` returned from is there after SIGKILL and, when synced, after
 * a power failure. One process writes; a lock file, held by the operating system and so gone with its process, keeps a
 * second one out.
 */
export class Database implements Disposable {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #lock: DatabaseSync | undefined;
  readonly #cipher: TextCipher | undefined;
  readonly #statements = new Map<string, StatementSync>();
  readonly #commits: GroupCommit;
  readonly #transactions: Transactions;
  #soon: NodeJS.Timeout | undefined;
  /** A page was found broken: nobody knows what else is. */
  #damage: LloomError | undefined;
  #closed = false;

  /** Use `openDatabase`. */
  constructor(
    path: string,
    { db, lock, cipher }: { db: DatabaseSync; lock: DatabaseSync | undefined; cipher: TextCipher | undefined },
  ) {
    this.path = path;
    this.#db = db;
    this.#lock = lock;
    this.#cipher = cipher;
    this.#commits = new GroupCommit(`${path}-wal`);
    this.#transactions = new Transactions(path, db);
  }

  /** What encrypts the text of this file. */
  get cipher(): TextCipher {
    if (this.#cipher !== undefined) return this.#cipher;
    throw textWithoutKey(this.path);
  }

  /** Runs `work` in one transaction: all of it is written when this returns, or none of it after a throw. */
  write<T>(work: () => T, options?: WriteOptions): T {
    return this.#transactions.write(work, options);
  }

  /**
   * Runs `work` in the one transaction of this turn of the event loop, all of it or, after a throw, none of it: whoever reads here
   * has it at once, and it survives the end of the process once `committed` has resolved. Answers that come together cost little
   * more than one.
   */
  writeSoon<T>(work: () => T, options?: SoonOptions): T {
    return this.#transactions.writeSoon(work, options);
  }

  /** Resolves once what was written before survives the end of the process. Throws STORE_FAILED. */
  committed(): Promise<void> {
    return this.#transactions.committed();
  }

  /**
   * Resolves once the disk has everything that was written before. The event loop goes on meanwhile, and all who wait share
   * one call to the disk. Throws STORE_FAILED; then nothing that is written later is ever confirmed either. So it does once a page
   * was found broken, also where the others can be written: nothing is promised on a damaged file.
   */
  async onDisk(): Promise<void> {
    this.#clearSoon();
    if (this.#damage !== undefined) throw this.#damage;
    await this.committed();
    try {
      await this.#commits.sync();
    } catch (cause) {
      throw storeFailure(this.path, cause);
    }
  }

  /** Has the disk keep what was written within a moment, with whatever else is written until then; nobody waits for it. */
  onDiskSoon(): void {
    // A failure meets the next one that waits.
    this.#soon ??= setTimeout(() => void this.onDisk().catch(() => undefined), SOON_MS);
  }

  #clearSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
  }

  /** Changes rows; inside `write`. Returns how many. */
  run(sql: string, values: Values = {}): number {
    return this.#guard(() => Number(this.#prepare(sql).run(values).changes));
  }

  /** The first row, if any. */
  get(sql: string, values: Values = {}): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(values));
  }

  /** All rows: the statement's own LIMIT bounds them, or the caller's domain does. */
  all(sql: string, values: Values = {}): readonly Row[] {
    return this.#guard(() => this.#prepare(sql).all(values));
  }

  /** Moves the log into the file and truncates it, so that deleted bytes do not rest there. */
  checkpoint(): void {
    this.#transactions.commitTurn();
    this.#guard(() => this.#db.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  }

  /** Closes file and lock. Calling it again does nothing. */
  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#clearSoon();
    this.#transactions.commitTurn();
    this.#statements.clear();
    this.#db.close();
    this.#commits[Symbol.dispose]();
    this.#lock?.close();
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (cause) {
      const failure = cause instanceof LloomError ? cause : storeFailure(this.path, cause);
      if (isDamage(cause)) this.#damage ??= failure;
      throw failure;
    }
  }
}

/**
 * Opens or creates a database file, brings its tables to this version, and takes the writer's lock.
 * @throws LloomError STORE_FAILED: another process has it, not a database, damaged, written by a newer version, of
 * another scope, or no permission; `next` says what to do.
 */
export function openDatabase(
  path: string,
  { scope, cipher, readOnly = false, beside = false }: DatabaseOptions = {},
): Database {
  using stack = new DisposableStack();
  const isOwner = !readOnly && !beside;
  try {
    if (isOwner) createPrivately(path);
    const lock = isOwner ? stack.use(lockFile(path)) : undefined;
    const db = stack.use(new DatabaseSync(path, { readOnly, timeout: 2000, enableForeignKeyConstraints: true }));
    if (beside) {
      if (isOlder(db, path)) throw olderStore(path);
      db.exec("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
    }
    if (isOwner) {
      keepWriteAheadLog(db, path);
      // Deleted bytes are overwritten: what prune() removed must not be found in the file.
      db.exec("PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;");
      checkWhole(db, path);
      migrate(db, { path, cipher });
    }
    checkScope(db, { path, scope, readOnly });
    const database = new Database(path, { db, lock, cipher });
    stack.move();
    return database;
  } catch (cause) {
    throw cause instanceof LloomError ? cause : storeFailure(path, cause);
  }
}

/**
 * Refuses a damaged file before anything is promised on its word: SQLite itself notices a broken page only when it comes to
 * it, which may be at an answer. Reads the whole file: about a second for a gigabyte.
 */
function checkWhole(db: DatabaseSync, path: string): void {
  const found = db.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
  if (found !== "ok") throw damagedStore(path, String(found));
}

/**
 * Creates the files for their owner only; SQLite gives its side files the rights of the main file. An existing file is
 * not even opened here: closing it would drop the POSIX locks that this process may hold on it.
 */
function createPrivately(path: string): void {
  try {
    makePrivateDirectory(dirname(path));
    for (const file of [path, `${path}.lock`]) if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    throw new LloomError("STORE_FAILED", `The store ${path} cannot be created: ${problem}.`, {
      cause,
      next: "Check that the data directory may be written.",
    });
  }
}

const lockFile = (path: string): DatabaseSync =>
  takeLock(`${path}.lock`, ({ cause, pid }) => {
    throw new LloomError("STORE_FAILED", `Another process uses ${path}: it holds the lock ${path}.lock.`, {
      cause,
      next: `Stop the other node${pid === undefined ? "" : `, process ${pid}`}, or give this one its own data directory.`,
    });
  });

/** Whose a file says that it is; undefined if it does not, or cannot be read: then it is no word against anybody. */
export function scopeOfFile(path: string): string | undefined {
  try {
    using file = openDatabase(path, { readOnly: true });
    const { value } = file.get("SELECT value FROM facts WHERE name = 'scope'") ?? {};
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}

function checkScope(
  db: DatabaseSync,
  { path, scope, readOnly }: { path: string; scope: string | undefined; readOnly: boolean },
): void {
  if (scope === undefined) return;
  const found = db.prepare("SELECT value FROM facts WHERE name = 'scope'").get()?.["value"];
  if (found === undefined && !readOnly) {
    db.prepare("INSERT INTO facts (name, value) VALUES ('scope', ?)").run(scope);
  } else if (found !== scope) {
    throw new LloomError("STORE_FAILED", `${path} belongs to ${String(found)}, not to ${scope}.`, {
      next: "Use another data directory for this network and account, or the one that the file belongs to.",
    });
  }
}
