import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { ROOT } from "../../checkout/paths.ts";

/** All that the packages' oldest Node knows of the language; `using` is written out. */
const TARGET = "es2023";
/** Where programs of the node begin, the command line, the library, and the processes that they start; and the client of pages. */
const ENTRIES = [
  "browser/src/page-client.ts",
  "browser/src/session.ts",
  "node/src/cli.ts",
  "node/src/library/library.ts",
  "node/src/library/beside-process.ts",
  "node/src/backend/counting/count-process.ts",
  "node/src/validator/calibrate/honest-process.ts",
];

/**
 * Makes JavaScript and declarations of the protocol, and of what the node's programs reach, with the plain compiler, into the folders of
 * their sources. Types are checked by `npm run check`. Throws ExplainedError with what the compiler says.
 */
export function compile(into: string): void {
  const config = {
    extends: join(ROOT, "tsconfig.base.json"),
    compilerOptions: {
      ...{ noEmit: false, noCheck: true, declaration: true, rewriteRelativeImportExtensions: true },
      ...{ target: TARGET, rootDir: ROOT, outDir: into, typeRoots: [join(ROOT, "node_modules/@types")] },
    },
    files: ENTRIES.map((path) => join(ROOT, path)),
    include: [join(ROOT, "protocol/src"), join(ROOT, "protocol/zod.ts")],
    exclude: [join(ROOT, "**/*.test.ts")],
  };
  const path = `${into}.tsconfig.json`;
  writeFileSync(path, JSON.stringify(config));
  try {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", path], { cwd: ROOT, encoding: "utf8" });
    if (status === 0) return;
    throw new ExplainedError(`The compiler refuses the packages:\n${stdout}`, "Correct what it names: npm run check");
  } finally {
    rmSync(path);
  }
}

/** Makes one module of a compiled one and of all files that it reaches, as a page loads it. */
export const bundle = (entry: string, outfile: string): void =>
  void buildSync({
    ...{ entryPoints: [entry], outfile, bundle: true, packages: "external", format: "esm", platform: "browser" },
    ...{ target: "es2022", logLevel: "silent", charset: "utf8" },
  });
