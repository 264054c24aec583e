import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { PONDER, ROOT } from "./paths.ts";

/** The built-in Postgres of the indexer, as Ponder finds it. */
const PGLITE = findPackageJSON("@electric-sql/pglite", pathToFileURL(PONDER));
const CACHE = join(ROOT, "node_modules/.cache");
/** Makes a database in the folder that it is given. */
const MAKE = `
const { PGlite } = await import(process.argv[1]);
const database = new PGlite(process.argv[2]);
await database.waitReady;
await database.close();
`;

/**
 * Puts a database without any tables where an indexer will have its own, unless something is there: a copy of one that was made once.
 * Made anew each time it takes two seconds of computing, a quarter of an indexer's start.
 */
export async function placeBlankDatabase(directory: string): Promise<void> {
  if (PGLITE === undefined || existsSync(directory)) return;
  const blank = await madeOnce(PGLITE);
  mkdirSync(dirname(directory), { recursive: true });
  // Whole or not at all.
  const copy = mkdtempSync(`${directory}-`);
  cpSync(blank, copy, { recursive: true });
  renameSync(copy, directory);
}

async function madeOnce(manifest: string): Promise<string> {
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
  const blank = join(CACHE, `lloom-blank-database-${version}`);
  if (existsSync(blank)) return blank;
  mkdirSync(CACHE, { recursive: true });
  const made = mkdtempSync(`${blank}-`);
  const module = pathToFileURL(join(dirname(manifest), "dist/index.js")).href;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", MAKE, "--", module, made]);
  try {
    renameSync(made, blank);
  } catch (thrown) {
    // Somebody else was quicker.
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(blank)) throw thrown;
  }
  return blank;
}
