import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { type Database, openDatabase } from "../../node/src/store/database/database.ts";
import { TEST_CIPHER } from "./exchange.ts";

/**
 * A database for each test of a file, in a directory of its own, which goes with the test. `onOpen` gets it at the beginning, and
 * again when the test has it reopened, as after a restart.
 */
export function databaseOfEachTest(
  onOpen: (db: Database, path: string) => void,
  options: Parameters<typeof openDatabase>[1] = { cipher: TEST_CIPHER },
): { readonly reopen: () => void } {
  let directory: string;
  let db: Database | undefined;
  const close = (): void => {
    db?.[Symbol.dispose]();
    db = undefined;
  };
  const reopen = (): void => {
    close();
    const path = join(directory, "log.sqlite");
    db = openDatabase(path, options);
    onOpen(db, path);
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "lloom-log-"));
    reopen();
  });
  afterEach(() => {
    close();
    rmSync(directory, { recursive: true });
  });
  return { reopen };
}
