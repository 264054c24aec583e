import { closeSync, fdatasync, fsyncSync, openSync } from "node:fs";
import { dirname } from "node:path";

/** Asks the disk to keep what was written to a file. */
export type SyncFile = (file: number, done: (problem: Error | null) => void) => void;

/**
 * Brings a write-ahead log to the disk off the event loop, once for all transactions that wait for it: those that are written
 * while one such call is under way share the next. A call covers everything that was written before it began, of whatever
 * transaction. After one that failed nobody knows what the disk has, also if the next one succeeds: all of them fail then.
 */
export class GroupCommit implements Disposable {
  readonly #path: string;
  readonly #syncFile: SyncFile;
  #file: number | undefined;
  #isRunning = false;
  #isClosed = false;
  #next: PromiseWithResolvers<void> | undefined;
  #failure: Error | undefined;

  /** Of the write-ahead log at a path, which exists once something was written. */
  constructor(path: string, syncFile: SyncFile = fdatasync) {
    this.#path = path;
    this.#syncFile = syncFile;
  }

  /** Resolves once the disk has what was written before. Rejects with what the disk or the file system says. */
  sync(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#next ??= Promise.withResolvers();
    const { promise } = this.#next;
    if (!this.#isRunning) this.#run();
    return promise;
  }

  /** After the database has closed its file, which brought all of it to the disk. */
  [Symbol.dispose](): void {
    this.#isClosed = true;
    this.#next?.resolve();
    this.#next = undefined;
    if (!this.#isRunning) this.#closeFile();
  }

  #run(): void {
    const waiting = this.#next;
    if (waiting === undefined) return;
    this.#next = undefined;
    this.#isRunning = true;
    try {
      this.#file ??= openKept(this.#path);
    } catch (thrown) {
      this.#end(waiting, thrown as Error);
      return;
    }
    this.#syncFile(this.#file, (problem) => this.#end(waiting, this.#isClosed ? null : problem));
  }

  #end(waiting: PromiseWithResolvers<void>, problem: Error | null): void {
    this.#isRunning = false;
    if (problem === null) waiting.resolve();
    else {
      this.#failure = problem;
      waiting.reject(problem);
      this.#next?.reject(problem);
      this.#next = undefined;
    }
    if (this.#isClosed) this.#closeFile();
    else this.#run();
  }

  #closeFile(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}

/** Opens a file whose name, too, is on the disk: SQLite made it, and syncs the directory only when it syncs the file itself. */
function openKept(path: string): number {
  const file = openSync(path, "r+");
  // Windows opens no directories, and keeps names by itself.
  if (process.platform === "win32") return file;
  const directory = openSync(dirname(path), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
  return file;
}
