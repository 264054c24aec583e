import type { DatabaseSync, StatementSync } from "node:sqlite";
import { LloomError } from "../../errors.ts";
import { storeFailure } from "./store-failure.ts";

export interface WriteOptions {
  /**
   * Whether the disk confirms before `write` returns; true unless said otherwise. Without, the transaction survives the
   * end of the process at any moment, and a power failure may take the newest ones, never an older one without the newer:
   * enough for what can be found out or done again, or is waited for with `onDisk`. It costs a tenth.
   */
  readonly synced?: boolean;
}

export interface SoonOptions {
  /**
   * Whether it may wait for what is written next, for `REST_MS` at most: for what nobody waits for, and whose loss at the end of the
   * process leaves the log as it was a moment before.
   */
  readonly mayRest?: boolean;
}

/** How long a transaction stays open in which nobody waits for anything. */
const REST_MS = 50;

const STATEMENTS = {
  begin: "BEGIN IMMEDIATE",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  beginPart: "SAVEPOINT part",
  keepPart: "RELEASE part",
  undoPart: "ROLLBACK TO part",
} as const;
type Step = keyof typeof STATEMENTS;

/** A file's transactions: of one piece of work each, or of all that comes in one turn of the event loop, with what rested before it. */
export class Transactions {
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #steps = new Map<Step, StatementSync>();
  /** Of this turn, until it is committed. */
  #turn: PromiseWithResolvers<void> | undefined;
  /** Until when this transaction rests; undefined once it ends with the turn. */
  #resting: NodeJS.Timeout | undefined;
  /** A turn's transaction was lost: what was written in it is believed to be there. */
  #lost: LloomError | undefined;
  #synced = true;

  constructor(path: string, db: DatabaseSync) {
    this.#path = path;
    this.#db = db;
  }

  /** See `Database.write`. */
  write<T>(work: () => T, { synced = true }: WriteOptions = {}): T {
    this.commitTurn();
    this.#begin(synced);
    try {
      const result = work();
      this.#run("commit");
      return result;
    } catch (cause) {
      this.#rollback();
      throw this.#told(cause);
    }
  }

  /** See `Database.writeSoon`. */
  writeSoon<T>(work: () => T, { mayRest = false }: SoonOptions = {}): T {
    if (this.#turn === undefined) this.#beginTurn(mayRest);
    else if (!mayRest) this.#endRest();
    try {
      this.#run("beginPart");
      const result = work();
      this.#run("keepPart");
      return result;
    } catch (cause) {
      this.#undoPart(cause);
      throw this.#told(cause);
    }
  }

  /** See `Database.committed`. */
  async committed(): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    this.#endRest();
    await this.#turn?.promise;
  }

  /** Ends this turn's transaction, if there is one; who waits for it hears how. */
  commitTurn(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#stopResting();
    try {
      this.#run("commit");
      this.#turn = undefined;
      turn.resolve();
    } catch (cause) {
      this.#lose(cause);
    }
  }

  #beginTurn(mayRest: boolean): void {
    this.#begin(false);
    this.#turn = Promise.withResolvers();
    // Nobody may be waiting for it.
    this.#turn.promise.catch(() => undefined);
    if (mayRest) this.#resting = setTimeout(() => this.commitTurn(), REST_MS);
    else setImmediate(() => this.commitTurn());
  }

  /** Somebody waits now: it ends with this turn. */
  #endRest(): void {
    if (this.#resting === undefined) return;
    this.#stopResting();
    setImmediate(() => this.commitTurn());
  }

  #stopResting(): void {
    clearTimeout(this.#resting);
    this.#resting = undefined;
  }

  #begin(synced: boolean): void {
    if (this.#lost !== undefined) throw this.#lost;
    try {
      if (synced !== this.#synced) this.#db.exec(`PRAGMA synchronous = ${synced ? "FULL" : "NORMAL"}`);
      this.#synced = synced;
      this.#run("begin");
    } catch (cause) {
      throw storeFailure(this.#path, cause);
    }
  }

  /** Takes back what a part has done; where SQLite has taken back everything, as on a full disk, all of the turn is lost. */
  #undoPart(cause: unknown): void {
    try {
      this.#run("undoPart");
      this.#run("keepPart");
    } catch {
      this.#lose(cause);
    }
  }

  /** Others have gone on as if it had been written: nothing more may be promised on this file. */
  #lose(cause: unknown): void {
    this.#stopResting();
    this.#rollback();
    this.#lost ??= this.#told(cause);
    this.#turn?.reject(this.#lost);
    this.#turn = undefined;
  }

  /** SQLite rolls back by itself after some errors (a full disk); a second rollback then throws, which is fine. */
  #rollback(): void {
    try {
      this.#run("rollback");
    } catch {}
  }

  #told(cause: unknown): LloomError {
    return cause instanceof LloomError ? cause : storeFailure(this.#path, cause);
  }

  #run(step: Step): void {
    const statement = this.#steps.get(step) ?? this.#db.prepare(STATEMENTS[step]);
    this.#steps.set(step, statement);
    statement.run();
  }
}
