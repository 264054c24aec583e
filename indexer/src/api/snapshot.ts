import { LloomError } from "@lloom/protocol/lloom-error";
import { sql } from "ponder";
import { database, decodeCheckpoint, type QueryBuilder, type Tables } from "./ponder-internals.ts";
import { ReadWriteLock } from "./read-write-lock.ts";

/** A block by number and time. */
export interface BlockPoint {
  readonly number: bigint;
  readonly timestamp: number;
}

/** The tables as they were after one block. */
export interface Snapshot {
  readonly tables: Tables;
  readonly reader: QueryBuilder;
  /** The newest block that they reflect; undefined before the first. */
  readonly block: BlockPoint | undefined;
  /**
   * Another one for whatever else the tables hold: the block, and which write of Ponder's note says so. By the block alone one that
   * replaces another at its height and second would be taken for it.
   */
  readonly version: string | undefined;
}

const PATIENCE_MS = 10_000;

const { readonlyQB, userQB } = database;
const lock = new ReadWriteLock();
/*
 * Postgres gives every reader its own moment. On the built-in database everybody shares one connection, and what indexing
 * does to the tables for a block is no transaction: there a block is written while nobody reads, and read while nobody writes.
 */
const isShared = readonlyQB.$dialect === "pglite";
if (isShared) {
  const write = userQB.transaction.bind(userQB);
  userQB.transaction = (...given) => lock.write(() => write(...given));
}

/**
 * Reads of one moment: everything that `read` takes from the snapshot is of the same block. Throws LloomError INDEXER_BUSY where the index
 * writes for longer than anybody wants to wait, as while it reads a long past.
 */
export async function inSnapshot<T>(read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  if (!isShared) return await inTransaction(read);
  const outcome = await lock.read(() => readAll(readonlyQB, read), PATIENCE_MS);
  if (outcome === undefined) throw new LloomError("INDEXER_BUSY", "The index is being written and cannot be read now.");
  return outcome.result;
}

type Settled<T> = { readonly result: T } | { readonly failure: unknown };

/** What `read` throws is carried past Ponder, which would try nine times again. */
async function inTransaction<T>(read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const settled = (await readonlyQB.transaction(
    (reader: QueryBuilder): Promise<Settled<T>> =>
      readAll(reader, read).then(
        (result) => ({ result }),
        (failure: unknown) => ({ failure }),
      ),
    { isolationLevel: "repeatable read", accessMode: "read only" },
  )) as Settled<T>;
  if (!("failure" in settled)) return settled.result;
  if (isLocked(settled.failure)) throw new LloomError("INDEXER_BUSY", "A table of the index is locked now.");
  throw settled.failure;
}

/** SQLSTATE of a lock that was waited for half a second, as Ponder's readers do: somebody changes the table itself. */
const LOCK_NOT_AVAILABLE = "55P03";

function isLocked(failure: unknown): boolean {
  if (!(failure instanceof Error)) return false;
  return ("code" in failure && failure.code === LOCK_NOT_AVAILABLE) || isLocked(failure.cause);
}

async function readAll<T>(reader: QueryBuilder, read: (snapshot: Snapshot) => Promise<T>): Promise<T> {
  const tables = reader.raw;
  const { rows } = await tables.execute(
    sql`SELECT latest_checkpoint, xmin::text AS write FROM _ponder_checkpoint LIMIT 1`,
  );
  const { latest_checkpoint: digits, write } = rows[0] ?? {};
  const block = typeof digits === "string" ? blockOf(digits) : undefined;
  return await read({ tables, reader, block, version: block && `${block.number}.${block.timestamp}.${String(write)}` });
}

/** The block in Ponder's note of how far it is; undefined before the first. */
function blockOf(digits: string): BlockPoint | undefined {
  const { blockTimestamp, blockNumber } = decodeCheckpoint(digits);
  return blockTimestamp === 0n ? undefined : { number: blockNumber, timestamp: Number(blockTimestamp) };
}
