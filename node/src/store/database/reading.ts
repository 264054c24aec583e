import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LloomError } from "../../errors.ts";
import { type Database, openDatabase } from "./database.ts";
import { isOlder } from "./migrations.ts";
import { storeFailure } from "./store-failure.ts";
import type { TextCipher } from "./text-cipher.ts";

export interface ReadingOptions {
  /** For what reads text, and for a file of a version that did not encrypt it. */
  readonly cipher?: TextCipher;
  /** Closes the file when the reader is done. */
  readonly stack: { use(file: Database): Database; defer(close: () => void): void };
}

/**
 * Opens a file to read it beside a running node. One that an earlier version wrote, and no node has opened since, is read as a
 * copy with this version's tables, which is removed again; the file itself stays as it is.
 * @throws LloomError STORE_FAILED as `openDatabase`.
 */
export function openToRead(path: string, { cipher, stack }: ReadingOptions): Database {
  const options = cipher === undefined ? {} : { cipher };
  const copy = copyOfOlder(path, stack);
  return stack.use(
    copy === undefined ? openDatabase(path, { ...options, readOnly: true }) : openDatabase(copy, options),
  );
}

/** Whether an earlier version wrote a file. Throws STORE_FAILED. */
export function isOlderFile(path: string): boolean {
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
    return isOlder(db, path);
  } catch (cause) {
    throw cause instanceof LloomError ? cause : storeFailure(path, cause);
  }
}

function copyOfOlder(path: string, stack: ReadingOptions["stack"]): string | undefined {
  try {
    using db = new DatabaseSync(path, { readOnly: true, timeout: 2000 });
    if (!isOlder(db, path)) return undefined;
    // Beside the file: what is private there stays private.
    const folder = mkdtempSync(`${path}-read-`);
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const copy = join(folder, "copy.sqlite");
    db.prepare("VACUUM INTO ?").run(copy);
    return copy;
  } catch (cause) {
    throw cause instanceof LloomError ? cause : storeFailure(path, cause);
  }
}
