import { spawnSync } from "node:child_process";
import { HARDHAT, ROOT } from "./paths.ts";

/** Compiles the contracts that changed; what the compiler says is printed. Returns why there is nothing to go on with, if so. */
export function compileChanged(): string | undefined {
  const { status } = spawnSync(process.execPath, [HARDHAT, "build", "--no-tests", "--quiet"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  return status === 0 ? undefined : "The contracts do not compile; see above.";
}
