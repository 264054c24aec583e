import type { Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** A call that its caller named, so that its repeat is known. */
export interface KeyedCall {
  /** Of what was asked. */
  readonly fingerprint: string;
  /** The answer's. */
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
}

/** What the log knows of one. */
export interface KnownCall extends KeyedCall {
  /** Requests that were signed for it, oldest first. */
  readonly requests: readonly Hex[];
  /** How it ended, once it has. */
  readonly outcome: string | undefined;
}

/** How many are kept for how long; the oldest go first. */
export interface KeyedLimits {
  readonly keepMs: number;
  readonly most: number;
  /** Outcomes together, as they rest. */
  readonly mostBytes: number;
}

export const KEYED_LIMITS: KeyedLimits = { keepMs: 24 * 60 * 60_000, most: 4096, mostBytes: 64 * 1024 * 1024 };

/**
 * The durable memory of calls that carry a name: that they were begun, which requests were signed for them, and their outcomes,
 * encrypted. Every method is one transaction, and survives the end of the process; with the request that is signed next, or the
 * receipt that was saved before, a power failure too.
 */
export interface KeyedCalls {
  /** What is known of a call, while it is kept. */
  find(name: string, nowMs: number): KnownCall | undefined;
  /** Notes that a call begins; in the place of what was known by its name. */
  begin(name: string, call: KeyedCall, nowMs: number): void;
  /** Notes a request that was signed for a call, before it is sent. */
  noteRequest(name: string, requestHash: Hex): void;
  /** Keeps its outcome, and lets go of what is too much. */
  finish(name: string, outcome: string, nowMs: number): void;
  /** It led to nothing: its repeat is a new call. */
  forget(name: string): void;
}

/** Where calls rest: those that callers named, and lines of batches. */
export type CallTable = "keyed_calls" | "batch_calls";

const statementsOf = (table: CallTable) => ({
  find: `SELECT * FROM ${table} WHERE name = :name AND began_at_ms >= :sinceMs`,
  begin: `INSERT INTO ${table} (name, call, requests, bytes, began_at_ms)
    VALUES (:name, :call, '[]', 0, :nowMs)
    ON CONFLICT (name) DO UPDATE SET call = :call, requests = '[]', answer = NULL, bytes = 0, began_at_ms = :nowMs`,
  note: `UPDATE ${table} SET requests = json_insert(requests, '$[#]', :requestHash) WHERE name = :name`,
  finish: `UPDATE ${table} SET answer = :answer, bytes = :bytes WHERE name = :name`,
  forget: `DELETE FROM ${table} WHERE name = :name`,
  forgetOld: `DELETE FROM ${table} WHERE began_at_ms < :sinceMs`,
  /** Those that end outside of the limits, counted from the newest. */
  forgetTooMuch: `DELETE FROM ${table} WHERE rowid IN (SELECT id FROM (SELECT rowid AS id,
      row_number() OVER newest AS place, sum(bytes) OVER newest AS total FROM ${table}
      WINDOW newest AS (ORDER BY began_at_ms DESC, rowid DESC)) WHERE place > :most OR total > :mostBytes)`,
});

/** Opens this memory. */
export function openKeyedCalls(
  db: Database,
  { keepMs, most, mostBytes }: KeyedLimits = KEYED_LIMITS,
  table: CallTable = "keyed_calls",
): KeyedCalls {
  const sql = statementsOf(table);
  const write = (work: () => void): void => db.write(work, { synced: false });
  const encrypt = (text: string, record: string): Uint8Array => db.cipher.encrypt(Buffer.from(text), record);
  const decrypt = (row: encoding.Row, column: string, record: string): string =>
    Buffer.from(db.cipher.decrypt(encoding.bytesOf(row, column), record)).toString();
  return {
    find: (name, nowMs) => {
      const row = db.get(sql.find, { name, sinceMs: nowMs - keepMs });
      if (row === undefined) return undefined;
      const call: KeyedCall = JSON.parse(decrypt(row, "call", callRecord(name)));
      const requests: Hex[] = JSON.parse(encoding.textOf(row, "requests"));
      const outcome = row["answer"] === null ? undefined : decrypt(row, "answer", answerRecord(name));
      return { ...call, requests, outcome };
    },
    begin: (name, call, nowMs) =>
      write(() => db.run(sql.begin, { name, call: encrypt(JSON.stringify(call), callRecord(name)), nowMs })),
    noteRequest: (name, requestHash) => write(() => db.run(sql.note, { name, requestHash })),
    finish: (name, outcome, nowMs) =>
      write(() => {
        const encrypted = encrypt(outcome, answerRecord(name));
        db.run(sql.finish, { name, answer: encrypted, bytes: encrypted.length });
        db.run(sql.forgetOld, { sinceMs: nowMs - keepMs });
        db.run(sql.forgetTooMuch, { most, mostBytes });
      }),
    forget: (name) => write(() => db.run(sql.forget, { name })),
  };
}

/**
 * Lines of batches rest until their answers stand in the batch's file: no number of them may push out one that was paid. What a crash
 * leaves behind of lines that are in the file goes with age, long after its batch's end.
 */
const LINE_LIMITS: KeyedLimits = {
  keepMs: 60 * 24 * 60 * 60_000,
  most: Number.MAX_SAFE_INTEGER,
  mostBytes: Number.MAX_SAFE_INTEGER,
};

/** Opens the same memory of lines of batches. */
export const openBatchCalls = (db: Database): KeyedCalls => openKeyedCalls(db, LINE_LIMITS, "batch_calls");

const callRecord = (name: string): string => `keyed call ${name}`;
const answerRecord = (name: string): string => `keyed answer ${name}`;
