// Preloaded into a program under test: after a SIGUSR2 it collects its garbage and writes what it still holds into a file
// named by its process number, in the directory that the query of this module's address names. An inspector would tell the
// same, but some processes died when it was closed again.
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const directory = new URL(import.meta.url).searchParams.get("directory");

process.on("SIGUSR2", () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  const file = join(directory, String(process.pid));
  writeFileSync(`${file}.part`, JSON.stringify(heapUsed + external));
  renameSync(`${file}.part`, file);
});
