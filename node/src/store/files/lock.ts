import { DatabaseSync } from "node:sqlite";

/**
 * A lock that the operating system gives back when its process ends, however that ends: an exclusive transaction on an
 * empty SQLite file, for as long as what is returned is open. `taken` throws what is to be said when somebody has it.
 */
export function takeLock(path: string, taken: (cause: unknown) => never): DatabaseSync {
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE;");
    return lock;
  } catch (cause) {
    lock.close();
    return taken(cause);
  }
}
