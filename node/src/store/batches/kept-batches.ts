import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";
import {
  addLine,
  COUNT_LINES,
  encryptName,
  FINISH_FILE,
  type KeptLine,
  keptLineOf,
  REMOVE_FILE,
} from "./kept-files.ts";

/** As OpenAI names them. */
export type BatchState =
  | ("validating" | "in_progress" | "finalizing" | "cancelling")
  | ("failed" | "completed" | "expired" | "cancelled");

/** Why a batch could not begin. */
export interface BatchProblem {
  readonly code: string;
  readonly message: string;
  readonly param: string | null;
  /** From 1; null where it is of no single line. */
  readonly line: number | null;
}

/** What a batch's maker wrote, and when it came into which state, Unix milliseconds. */
export interface BatchRecord {
  /** Ids of its files. */
  readonly inputId: string;
  readonly outputId: string;
  readonly errorsId: string;
  readonly window: string;
  readonly metadata: Readonly<Record<string, string>> | null;
  /** Most for 1 000 000 tokens, in tokens of payment, decimal. */
  readonly maxPrice?: { readonly prompt?: string | undefined; readonly completion?: string | undefined };
  /** How long what it writes is kept. */
  readonly keepMs: number;
  readonly problems?: readonly BatchProblem[];
  /** Its window ended before all lines were answered. */
  readonly isLate?: boolean;
  readonly reachedAtMs: Readonly<Partial<Record<BatchState, number>>>;
}

export interface KeptBatch {
  readonly key: number;
  readonly id: string;
  readonly owner: string;
  readonly endpoint: string;
  readonly state: BatchState;
  /** Keys of files. */
  readonly input: number;
  readonly output: number;
  readonly errors: number;
  readonly madeAtMs: number;
  /** When its completion window ends. */
  readonly endsAtMs: number;
  readonly record: BatchRecord;
  /** Lines. */
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  /** Tokens, and base units, of what was answered. */
  readonly inbound: number;
  readonly outbound: number;
  readonly cost: bigint;
}

/** What is written of one line. */
export interface LineResult extends KeptLine {
  /** Of an answered one; undefined where it failed. */
  readonly answered: { readonly inbound: number; readonly outbound: number; readonly cost: bigint } | undefined;
}

/** A batch that begins. */
export interface NewBatch
  extends Pick<KeptBatch, "id" | "owner" | "endpoint" | "input" | "madeAtMs" | "endsAtMs" | "record" | "total"> {
  /** Names of the files that it writes. */
  readonly outputName: string;
  readonly errorsName: string;
}

/** What comes with a state. */
export interface BatchChange extends Pick<BatchRecord, "problems" | "isLate"> {
  readonly atMs: number;
  readonly total?: number;
}

/**
 * Batches of a gateway's callers. A line is done when its result is written, in one transaction with the counts, once whatever happens;
 * the files of results are found when the batch ends. Results survive the end of the process, and a power failure once `onDisk` resolves.
 */
export interface KeptBatches {
  add(batch: NewBatch): KeptBatch;
  byKey(key: number): KeptBatch | undefined;
  find(owner: string, id: string): KeptBatch | undefined;
  /** The newest first, behind the one of an id. */
  list(owner: string, page: { readonly after: string | undefined; readonly limit: number }): readonly KeptBatch[];
  /** Those that have not ended, the oldest first. */
  open(): readonly KeptBatch[];
  /** Notes a state with its time; what a batch is allowed to change in it. On disk when it returns. */
  enter(key: number, state: BatchState, change: BatchChange): KeptBatch;
  /** Lines of the input behind a place that have no result, in their order. */
  pending(batch: KeptBatch, afterLine: number, limit: number): readonly KeptLine[];
  /** Writes a result unless the line has one. */
  addResults(batch: KeptBatch, results: readonly LineResult[]): void;
  /** Ends it: its files are found from now on where they have lines. On disk when it returns. */
  end(key: number, state: BatchState, atMs: number): KeptBatch;
  /** Forgets those that were made before and have ended. */
  prune(beforeMs: number): void;
  onDisk(): Promise<void>;
}

const ADD_FILE = `INSERT INTO kept_files (id, owner, purpose, name, made_at_ms, expires_at_ms)
  VALUES (:id, :owner, 'batch_output', :name, :madeAtMs, :madeAtMs) RETURNING key`;
const ADD = `INSERT INTO batches (id, owner, endpoint, state, input, output, errors, made_at_ms, ends_at_ms, record, total, cost)
  VALUES (:id, :owner, :endpoint, 'validating', :input, :output, :errors, :madeAtMs, :endsAtMs, :record, :total, '${encoding.ZERO}')`;
const BY_KEY = "SELECT * FROM batches WHERE key = :key";
const FIND = "SELECT * FROM batches WHERE id = :id AND owner = :owner";
const LIST = "SELECT * FROM batches WHERE owner = :owner AND key < :before ORDER BY key DESC LIMIT :limit";
const UNDER_WAY = "('validating', 'in_progress', 'finalizing', 'cancelling')";
const OPEN = `SELECT * FROM batches WHERE state IN ${UNDER_WAY} ORDER BY key`;
const ENTER = "UPDATE batches SET state = :state, record = :record, total = :total WHERE key = :key";
const PENDING = `SELECT line, text FROM kept_lines AS asked WHERE file = :input AND line > :afterLine
  AND NOT EXISTS (SELECT 1 FROM kept_lines AS told WHERE told.file = :output AND told.line = asked.line)
  AND NOT EXISTS (SELECT 1 FROM kept_lines AS told WHERE told.file = :errors AND told.line = asked.line)
  ORDER BY line LIMIT :limit`;
const HAS_LINE = "SELECT 1 FROM kept_lines WHERE file = :file AND line = :line";
const COUNT = `UPDATE batches SET completed = completed + :completed, failed = failed + :failed,
  inbound = inbound + :inbound, outbound = outbound + :outbound, cost = :cost WHERE key = :key`;
const LINES_OF = "SELECT lines FROM kept_files WHERE key = :key";
const NAME_OF = "SELECT id, name FROM kept_files WHERE key = :key";
const PRUNE = `DELETE FROM batches WHERE made_at_ms < :beforeMs AND state NOT IN ${UNDER_WAY}`;

/** Opens them. */
export function openKeptBatches(db: Database): KeptBatches {
  const byKey = (key: number): KeptBatch => keptBatchOf(db, db.get(BY_KEY, { key }) ?? {});
  const enter: KeptBatches["enter"] = (key, state, change) => db.write(() => noteState(db, byKey(key), state, change));
  return {
    enter,
    add: (batch) => db.write(() => add(db, batch)),
    byKey: (key) => optional(db, db.get(BY_KEY, { key })),
    find: (owner, id) => optional(db, db.get(FIND, { id, owner })),
    list: (owner, { after, limit }) => {
      const place = after === undefined ? undefined : db.get(FIND, { id: after, owner });
      const before = place === undefined ? Number.MAX_SAFE_INTEGER : encoding.numberOf(place, "key");
      return db.all(LIST, { owner, before, limit }).map((row) => keptBatchOf(db, row));
    },
    open: () => db.all(OPEN).map((row) => keptBatchOf(db, row)),
    pending: ({ input, output, errors }, afterLine, limit) =>
      db.all(PENDING, { input, output, errors, afterLine, limit }).map((row) => keptLineOf(db, input, row)),
    addResults: (batch, results) =>
      db.write(
        () => {
          for (const result of results) addResult(db, byKey(batch.key), result);
        },
        { synced: false },
      ),
    end: (key, state, atMs) =>
      db.write(() => {
        const batch = byKey(key);
        const expiresAtMs = atMs + batch.record.keepMs;
        for (const file of [batch.output, batch.errors]) finishOrRemove(db, file, expiresAtMs);
        return noteState(db, batch, state, { atMs });
      }),
    prune: (beforeMs) => db.write(() => void db.run(PRUNE, { beforeMs }), { synced: false }),
    onDisk: () => db.onDisk(),
  };
}

function add(db: Database, { outputName, errorsName, ...batch }: NewBatch): KeptBatch {
  const { id, owner, record, madeAtMs } = batch;
  const begin = (fileId: string, name: string): number => {
    const file = { id: fileId, owner, madeAtMs, name: encryptName(db, fileId, name) };
    return encoding.numberOf(db.get(ADD_FILE, file) ?? {}, "key");
  };
  const files = { output: begin(record.outputId, outputName), errors: begin(record.errorsId, errorsName) };
  db.run(ADD, { ...batch, ...files, record: encryptRecord(db, id, record) });
  return keptBatchOf(db, db.get(FIND, { id, owner }) ?? {});
}

function noteState(
  db: Database,
  { key, id, record, total: known }: KeptBatch,
  state: BatchState,
  { atMs, total = known, ...more }: BatchChange,
): KeptBatch {
  const noted = { ...record, ...more, reachedAtMs: { ...record.reachedAtMs, [state]: atMs } };
  db.run(ENTER, { key, state, total, record: encryptRecord(db, id, noted) });
  return keptBatchOf(db, db.get(BY_KEY, { key }) ?? {});
}

function addResult(db: Database, { key, output, errors, cost }: KeptBatch, { line, text, answered }: LineResult): void {
  const [file, other] = answered === undefined ? [errors, output] : [output, errors];
  if (db.get(HAS_LINE, { file: other, line }) !== undefined || !addLine(db, { file, line, text })) return;
  db.run(COUNT_LINES, { key: file, bytes: text.length, lines: 1 });
  db.run(COUNT, {
    ...{ key, completed: answered === undefined ? 0 : 1, failed: answered === undefined ? 1 : 0 },
    ...{ inbound: answered?.inbound ?? 0, outbound: answered?.outbound ?? 0 },
    cost: encoding.encodeInteger(cost + (answered?.cost ?? 0n)),
  });
}

/** An empty one is none. */
function finishOrRemove(db: Database, key: number, expiresAtMs: number): void {
  const lines = db.get(LINES_OF, { key })?.["lines"];
  const named = db.get(NAME_OF, { key });
  if (lines === 0 || named === undefined) db.run(REMOVE_FILE, { key });
  else db.run(FINISH_FILE, { key, expiresAtMs, name: encoding.bytesOf(named, "name") });
}

const optional = (db: Database, row: encoding.Row | undefined): KeptBatch | undefined => row && keptBatchOf(db, row);

const recordName = (id: string): string => `batch ${id}`;
const encryptRecord = (db: Database, id: string, record: BatchRecord): Uint8Array =>
  db.cipher.encrypt(Buffer.from(JSON.stringify(record)), recordName(id));

function keptBatchOf(db: Database, row: encoding.Row): KeptBatch {
  const id = encoding.textOf(row, "id");
  const record = db.cipher.decrypt(encoding.bytesOf(row, "record"), recordName(id));
  const number = (column: string): number => encoding.numberOf(row, column);
  return {
    ...{ id, owner: encoding.textOf(row, "owner"), endpoint: encoding.textOf(row, "endpoint") },
    ...{ key: number("key"), input: number("input"), output: number("output"), errors: number("errors") },
    ...{ madeAtMs: number("made_at_ms"), endsAtMs: number("ends_at_ms") },
    state: encoding.textOf(row, "state") as BatchState,
    record: JSON.parse(Buffer.from(record).toString()) as BatchRecord,
    ...{ total: number("total"), completed: number("completed"), failed: number("failed") },
    ...{ inbound: number("inbound"), outbound: number("outbound"), cost: encoding.integerOf(row, "cost") },
  };
}
