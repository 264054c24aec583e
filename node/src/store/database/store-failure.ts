import { LloomError } from "../../errors.ts";
import { sqliteCode } from "../files/sqlite-code.ts";

const DAMAGED =
  "Move the file away without deleting it, since receipts that are not settled are in it; restore a backup or start without one: docs/executor.md says what either means.";

/** Primary result codes of SQLite (sqlite.org/rescode.html) that a user can do something about. */
const PROBLEMS: Readonly<Record<number, readonly [problem: string, next: string]>> = {
  5: ["is locked by another process", "Stop the other process that has it open."],
  6: ["is locked by another process", "Stop the other process that has it open."],
  8: ["may not be written", "Give the account that runs the node the right to write it."],
  10: ["cannot be read or written", "Check the disk: whether it is sound, and has room."],
  11: ["is damaged", DAMAGED],
  13: ["cannot grow: the disk is full", "Free some space; nothing that was acknowledged is lost."],
  14: ["cannot be opened", "Check that the directory exists and may be written."],
  26: ["is not a database", DAMAGED],
};

/** Whether an error of `node:sqlite` says that the file is damaged. */
export const isDamage = (cause: unknown): boolean => [11, 26].includes(sqliteCode(cause) ?? 0);

/** An error of `node:sqlite` as STORE_FAILED, in plain words. */
export function storeFailure(path: string, cause: unknown): LloomError {
  const code = sqliteCode(cause);
  const known = code === undefined ? undefined : PROBLEMS[code];
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (known === undefined) return new LloomError("STORE_FAILED", `The store ${path} failed: ${reason}.`, { cause });
  const [problem, next] = known;
  return new LloomError("STORE_FAILED", `The store ${path} ${problem} (${reason}).`, { cause, next });
}

/** A file in which a check found damage. */
export const damagedStore = (path: string, found: string): LloomError =>
  new LloomError("STORE_FAILED", `The store ${path} is damaged (${found.split("\n").slice(0, 2).join(" ")}).`, {
    next: DAMAGED,
  });

/** A file whose text is wanted by whoever did not unlock the key. */
export const textWithoutKey = (path: string): LloomError =>
  new LloomError("STORE_FAILED", `The text in ${path} is encrypted for the node's key, which is not unlocked here.`, {
    next: "Start the node with its keystore and password.",
  });

/** A file that an earlier version wrote, and that a node of it may have open. */
export const olderStore = (path: string): LloomError =>
  new LloomError("STORE_FAILED", `${path} has the tables of an earlier version of Lloom.`, {
    next: "Start the node that uses it with this version once, then try again.",
  });
