import { LloomError } from "../errors.ts";

/** Primary result codes of SQLite (sqlite.org/rescode.html) that a user can do something about. */
const PROBLEMS: Readonly<Record<number, readonly [problem: string, next: string]>> = {
  5: ["is locked by another process", "Stop the other process that has it open."],
  6: ["is locked by another process", "Stop the other process that has it open."],
  8: ["may not be written", "Give the account that runs the node the right to write it."],
  10: ["cannot be read or written", "Check the disk."],
  11: ["is damaged", "Move the file away and restore a copy; unsettled receipts are in it, so do not delete it."],
  13: ["cannot grow: the disk is full", "Free some space; nothing that was acknowledged is lost."],
  14: ["cannot be opened", "Check that the directory exists and may be written."],
  26: ["is not a database", "Move the file away, or give another data directory."],
};

/** An error of `node:sqlite` as STORE_FAILED, in plain words. */
export function storeFailure(path: string, cause: unknown): LloomError {
  const code = cause instanceof Error && "errcode" in cause ? Number(cause.errcode) & 0xff : undefined;
  const known = code === undefined ? undefined : PROBLEMS[code];
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (known === undefined) return new LloomError("STORE_FAILED", `The store ${path} failed: ${reason}.`, { cause });
  const [problem, next] = known;
  return new LloomError("STORE_FAILED", `The store ${path} ${problem} (${reason}).`, { cause, next });
}
