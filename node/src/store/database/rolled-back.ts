import type { DatabaseSync } from "node:sqlite";

/**
 * Why a transaction failed, which is taken back. SQLite does that by itself after some errors (a full disk); what it says of a second time
 * would hide the reason.
 */
export function rolledBack(db: DatabaseSync, cause: unknown): unknown {
  try {
    db.exec("ROLLBACK");
  } catch {}
  return cause;
}
