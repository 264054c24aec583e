import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";

const LOG = ["executor.sqlite", "executor.sqlite-wal"];

/** Copies files of a data directory as they are, as a backup program would: an executor's log unless others are named. */
export function copyLog(from: string, to: string, names: readonly string[] = LOG): void {
  for (const name of names) if (existsSync(join(from, name))) copyFileSync(join(from, name), join(to, name));
}
