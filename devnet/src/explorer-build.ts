import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NEXT, ROOT } from "../../checkout/paths.ts";
import { takeTurn } from "../../checkout/turn.ts";
import type { Supervisor } from "./supervisor.ts";

/** Everything that the explorer is built from. */
const SOURCES = [
  "web/{app,components,lib,public}/**",
  "web/*.{ts,json,mjs}",
  "protocol/src/**/*.ts",
  "browser/src/*.ts",
  // What the client of pages takes of a node's.
  "node/src/{client/check,client/pay,p2p/frames,primitives}/*.ts",
  "indexer/ponder.schema.ts",
  "package-lock.json",
];
const MARK = join(ROOT, "web", ".next", "lloom-source-hash");
/** Held while it is built. */
const LOCK = join(ROOT, "node_modules/.cache/lloom-explorer-build.lock");

/** Hash over names and contents of the explorer's sources. */
function sourceHash(): string {
  const hash = createHash("sha256");
  const files = globSync(SOURCES, { cwd: ROOT, withFileTypes: true })
    .filter((entry) => entry.isFile())
    // The build itself writes it.
    .filter(({ name }) => name !== "next-env.d.ts");
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort())
    hash.update(path).update(readFileSync(path));
  return hash.digest("hex");
}

/**
 * Builds the explorer unless these very sources are built already. Returns what was done. At the priority of everything else:
 * on a machine that is busy with other things a lower one would wait for all of those too, for hours.
 */
export async function buildExplorer(supervisor: Supervisor, signal: AbortSignal): Promise<string> {
  const hash = sourceHash();
  const isBuilt = (): boolean => existsSync(MARK) && readFileSync(MARK, "utf8") === hash;
  if (isBuilt()) return "unchanged since the last build";
  // Whoever starts it: Next refuses a second one in the same folder.
  using _turn = await takeTurn(LOCK, signal);
  if (isBuilt()) return "built by another network meanwhile";
  await supervisor.run({
    name: "explorer-build",
    script: NEXT,
    args: ["build", "web"],
    cwd: ROOT,
    env: { NEXT_TELEMETRY_DISABLED: "1" },
  });
  writeFileSync(MARK, hash);
  return "built";
}
