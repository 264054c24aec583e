import { readFileSync, writeFileSync } from "node:fs";
import type { Database } from "../../node/src/store/database/database.ts";

const PAGE = 4096;

/**
 * Breaks every page but the first of a database's file, or those that hold a text, under whoever has it open, as a disk does: what it
 * remembers of them is let go first, so that the next look has to read them.
 */
export function damagePages(db: Database, text = ""): void {
  db.checkpoint();
  db.get("PRAGMA shrink_memory");
  const bytes = readFileSync(db.path);
  for (let page = PAGE; page < bytes.length; page += PAGE)
    if (bytes.subarray(page, page + PAGE).includes(text)) bytes.fill(0xa5, page, page + 64);
  writeFileSync(db.path, bytes);
}
