import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** What a file is for: sent by a caller, or written by a batch. */
export type FilePurpose = "batch" | "batch_output";

/** A file that is whole. */
export interface KeptFile {
  /** Grows from file to file. */
  readonly key: number;
  readonly id: string;
  readonly purpose: FilePurpose;
  readonly name: string;
  readonly bytes: number;
  readonly lines: number;
  readonly madeAtMs: number;
  readonly expiresAtMs: number;
}

/** A file that begins. */
export interface NewFile {
  readonly id: string;
  /** Nobody else finds it. */
  readonly owner: string;
  readonly purpose: FilePurpose;
  readonly name: string;
  readonly madeAtMs: number;
}

/** A line of a file with its end, by its place from 0. */
export interface KeptLine {
  readonly line: number;
  readonly text: Uint8Array;
}

/** Which files are listed. */
export interface FilePage {
  readonly purpose: FilePurpose | undefined;
  /** Behind the file of this id; from the beginning without. */
  readonly after: string | undefined;
  readonly newestFirst: boolean;
  readonly limit: number;
}

/**
 * Files of a gateway's callers, by line, each line encrypted. A file is found once it is whole; what was being written when the process
 * ended is gone with the next start. Lines of deleted files go in steps, so that a large one holds up nobody.
 */
export interface KeptFiles {
  /** The key of a new and empty file, which nobody finds yet. */
  begin(file: NewFile): number;
  /** Adds lines, numbered from a place on; all or none of them. */
  append(key: number, from: number, lines: readonly Uint8Array[]): void;
  /** It is whole, and on disk when this returns. */
  finish(key: number, whole: { readonly name: string; readonly expiresAtMs: number }): void;
  find(owner: string, id: string, nowMs: number): KeptFile | undefined;
  byKey(key: number): KeptFile | undefined;
  list(owner: string, page: FilePage, nowMs: number): readonly KeptFile[];
  /** Lines behind a place, in their order. */
  linesAfter(key: number, line: number, limit: number): readonly KeptLine[];
  /** Nobody finds it any more. */
  remove(key: number): void;
  /** Removes what is over and deletes some lines of removed files; whether there is more. `inUse`: what stays all the same. */
  sweep(nowMs: number, inUse: ReadonlySet<number>): boolean;
  /** What one owner has, and how many bytes all have together, half-written ones too. */
  used(owner: string): { readonly files: number; readonly bytesOfAll: number };
}

const BEGIN = `INSERT INTO kept_files (id, owner, purpose, name, made_at_ms, expires_at_ms)
  VALUES (:id, :owner, :purpose, :name, :madeAtMs, :madeAtMs) RETURNING key`;
export const ADD_LINE = "INSERT INTO kept_lines (file, line, text) VALUES (:file, :line, :text) ON CONFLICT DO NOTHING";
export const COUNT_LINES = "UPDATE kept_files SET bytes = bytes + :bytes, lines = lines + :lines WHERE key = :key";
export const FINISH_FILE =
  "UPDATE kept_files SET status = 'ready', name = :name, expires_at_ms = :expiresAtMs WHERE key = :key";
export const REMOVE_FILE = "UPDATE kept_files SET status = 'deleted' WHERE key = :key";
const FIND = `SELECT * FROM kept_files WHERE id = :id AND owner = :owner AND status = 'ready'
  AND expires_at_ms > :nowMs`;
const BY_KEY = "SELECT * FROM kept_files WHERE key = :key AND status = 'ready'";
const KEY_OF = "SELECT key FROM kept_files WHERE id = :id AND owner = :owner";
const LIST = (order: "ASC" | "DESC"): string => `SELECT * FROM kept_files WHERE owner = :owner AND status = 'ready'
  AND expires_at_ms > :nowMs AND (:purpose IS NULL OR purpose = :purpose)
  AND key ${order === "ASC" ? ">" : "<"} :after ORDER BY key ${order} LIMIT :limit`;
const LINES = "SELECT line, text FROM kept_lines WHERE file = :key AND line > :line ORDER BY line LIMIT :limit";
const ABANDON = "UPDATE kept_files SET status = 'deleted' WHERE status = 'writing' AND purpose = 'batch'";
const OVER = "SELECT key FROM kept_files WHERE status = 'ready' AND expires_at_ms <= :nowMs";
const REMOVED = "SELECT key FROM kept_files WHERE status = 'deleted' LIMIT 1";
const DELETE_LINES = `DELETE FROM kept_lines WHERE rowid IN
  (SELECT rowid FROM kept_lines WHERE file = :key ORDER BY line LIMIT :limit)`;
const DELETE = "DELETE FROM kept_files WHERE key = :key";
const USED = `SELECT (SELECT count(*) FROM kept_files WHERE owner = :owner AND status <> 'deleted') AS files,
  (SELECT coalesce(sum(bytes), 0) FROM kept_files) AS bytes`;

/** Lines that one step deletes: some milliseconds. */
const LINES_OF_A_STEP = 256;

/** Opens them. What was being sent when the process ended is given up. */
export function openKeptFiles(db: Database): KeptFiles {
  db.write(() => db.run(ABANDON));
  const fileOf = (row: encoding.Row | undefined): KeptFile | undefined => row && keptFileOf(db, row);
  return {
    begin: ({ name, ...file }) =>
      db.write(() => {
        const row = db.get(BEGIN, { ...file, name: encryptName(db, file.id, name) });
        return encoding.numberOf(row ?? {}, "key");
      }),
    append: (key, from, lines) =>
      db.write(
        () => {
          for (const [index, text] of lines.entries()) addLine(db, { file: key, line: from + index, text });
          const bytes = lines.reduce((sum, { length }) => sum + length, 0);
          db.run(COUNT_LINES, { key, bytes, lines: lines.length });
        },
        { synced: false },
      ),
    finish: (key, { name, expiresAtMs }) =>
      db.write(() => {
        const id = encoding.textOf(db.get("SELECT id FROM kept_files WHERE key = :key", { key }) ?? {}, "id");
        db.run(FINISH_FILE, { key, expiresAtMs, name: encryptName(db, id, name) });
      }),
    find: (owner, id, nowMs) => fileOf(db.get(FIND, { id, owner, nowMs })),
    byKey: (key) => fileOf(db.get(BY_KEY, { key })),
    list: (owner, { purpose, after, newestFirst, limit }, nowMs) => {
      const place = after === undefined ? undefined : db.get(KEY_OF, { id: after, owner });
      const start = newestFirst ? Number.MAX_SAFE_INTEGER : -1;
      const from = place === undefined ? start : encoding.numberOf(place, "key");
      const values = { owner, nowMs, purpose: purpose ?? null, after: from, limit };
      return db.all(LIST(newestFirst ? "DESC" : "ASC"), values).map((row) => keptFileOf(db, row));
    },
    linesAfter: (key, line, limit) => db.all(LINES, { key, line, limit }).map((row) => keptLineOf(db, key, row)),
    remove: (key) => db.write(() => void db.run(REMOVE_FILE, { key })),
    sweep: (nowMs, inUse) => sweep(db, nowMs, inUse),
    used: (owner) => {
      const row = db.get(USED, { owner }) ?? {};
      return { files: encoding.numberOf(row, "files"), bytesOfAll: encoding.numberOf(row, "bytes") };
    },
  };
}

/** Adds a line; inside `write`. Whether there was none at its place. */
export function addLine(db: Database, { file, line, text }: KeptLine & { readonly file: number }): boolean {
  const encrypted = db.cipher.encrypt(text, lineName(file, line));
  return db.run(ADD_LINE, { file, line, text: encrypted }) > 0;
}

/** Of a row with `line` and `text`. */
export function keptLineOf(db: Database, file: number, row: encoding.Row): KeptLine {
  const line = encoding.numberOf(row, "line");
  return { line, text: db.cipher.decrypt(encoding.bytesOf(row, "text"), lineName(file, line)) };
}

export const encryptName = (db: Database, id: string, name: string): Uint8Array =>
  db.cipher.encrypt(Buffer.from(name), `file name ${id}`);

const lineName = (file: number, line: number): string => `file ${file} line ${line}`;

function sweep(db: Database, nowMs: number, inUse: ReadonlySet<number>): boolean {
  return db.write(
    () => {
      for (const row of db.all(OVER, { nowMs })) {
        const key = encoding.numberOf(row, "key");
        if (!inUse.has(key)) db.run(REMOVE_FILE, { key });
      }
      const removed = db.get(REMOVED);
      if (removed === undefined) return false;
      const key = encoding.numberOf(removed, "key");
      const deleted = db.run(DELETE_LINES, { key, limit: LINES_OF_A_STEP });
      if (deleted < LINES_OF_A_STEP) db.run(DELETE, { key });
      return true;
    },
    { synced: false },
  );
}

function keptFileOf(db: Database, row: encoding.Row): KeptFile {
  const id = encoding.textOf(row, "id");
  const name = db.cipher.decrypt(encoding.bytesOf(row, "name"), `file name ${id}`);
  return {
    id,
    key: encoding.numberOf(row, "key"),
    purpose: encoding.textOf(row, "purpose") as FilePurpose,
    name: Buffer.from(name).toString(),
    bytes: encoding.numberOf(row, "bytes"),
    lines: encoding.numberOf(row, "lines"),
    madeAtMs: encoding.numberOf(row, "made_at_ms"),
    expiresAtMs: encoding.numberOf(row, "expires_at_ms"),
  };
}
