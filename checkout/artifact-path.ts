import { globSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./paths.ts";

/** File with the compiler's output for a contract, in whichever room of `contracts/` it stands; undefined if it is not compiled. */
export function artifactPath(contract: string): string | undefined {
  const [path] = globSync(`artifacts/contracts/**/${contract}.sol/${contract}.json`, { cwd: ROOT });
  return path && join(ROOT, path);
}
