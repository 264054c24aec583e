import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../checkout/paths.ts";
import { NEEDED_NODE } from "../../node/bin/right-node.js";
import { bundle, compile } from "./compile.ts";
import { type Manifest, packageManifest, runtimeManifest } from "./manifest.ts";

/** Folders of the packages that are built, in the order in which they need each other. */
export const PACKAGES = ["protocol", "runtime", "node", "browser"] as const;

/**
 * Builds the packages in a folder, each in one of its own, from which `npm pack` makes a tarball that runs: JavaScript, declarations of
 * what is exported, README, licence, and no tests. What was in those folders goes. Throws ExplainedError.
 */
export function buildPackages(folder: string): void {
  const compiled = join(folder, "compiled");
  for (const name of [...PACKAGES, "compiled"]) rmSync(join(folder, name), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compile(compiled);
  const [root, protocol, node, browser] = [".", "protocol", "node", "browser"].map(manifestOf) as [
    ...[Manifest, Manifest, Manifest, Manifest],
  ];
  const made = {
    protocol: packageManifest(protocol, protocol),
    runtime: runtimeManifest(node, root, NEEDED_NODE),
    node: packageManifest(node, protocol),
    browser: packageManifest(browser, protocol),
  };
  buildProtocol(join(folder, "protocol"), compiled);
  buildNode(join(folder, "node"), compiled);
  buildBrowser(join(folder, "browser"), compiled);
  for (const name of PACKAGES) {
    const into = join(folder, name);
    write(join(into, "package.json"), `${JSON.stringify(made[name], undefined, 2)}\n`);
    cpSync(join(ROOT, "LICENSE"), join(into, "LICENSE"));
  }
  write(join(folder, "runtime/README.md"), `# ${made.runtime["name"]}\n\n${made.runtime["description"]}.\n`);
  rmSync(compiled, { recursive: true });
}

const manifestOf = (workspace: string): Manifest =>
  JSON.parse(readFileSync(join(ROOT, workspace, "package.json"), "utf8"));

function buildProtocol(into: string, compiled: string): void {
  copy({ from: join(compiled, "protocol"), into, patterns: ["src/**/*.{js,d.ts}", "zod.{js,d.ts}"] });
  copy({ from: join(ROOT, "protocol"), into, patterns: ["README.md", "vectors/*.json", "vectors/README.md"] });
}

/** Declarations are of the library alone: all else is nobody's outside. */
function buildNode(into: string, compiled: string): void {
  const patterns = ["src/**/*.js", "src/library/{library,public-types,verify-receipt}.d.ts"];
  copy({ from: join(compiled, "node"), into, patterns });
  const models = ["lloom-tiny.gguf", "calibration.json", "README.md"].map((name) => `models/tiny/${name}`);
  copy({ from: join(ROOT, "node"), into, patterns: ["README.md", "bin/*.js", ...models] });
}

/** Each module in one file, together with the few files of a node's that it takes; packages stay packages. */
function buildBrowser(into: string, compiled: string): void {
  copy({ from: join(compiled, "browser"), into, patterns: ["src/{page-client,page-types,session}.d.ts"] });
  for (const name of ["page-client", "session"])
    bundle(join(compiled, `browser/src/${name}.js`), join(into, `src/${name}.js`));
  copy({ from: join(ROOT, "browser"), into, patterns: ["README.md"] });
}

interface Copying {
  readonly from: string;
  readonly into: string;
  readonly patterns: readonly string[];
}

function copy({ from, into, patterns }: Copying): void {
  for (const path of globSync(patterns, { cwd: from })) {
    const target = join(into, path);
    mkdirSync(dirname(target), { recursive: true });
    if (/\.(js|d\.ts)$/.test(path)) write(target, builtText(readFileSync(join(from, path), "utf8")));
    else cpSync(join(from, path), target);
  }
}

/**
 * Names of built files where the compiler leaves those of sources: in declarations, of processes that are started by their file, and
 * in what was JavaScript before. Compiled code is kept beside the packages, which here are those of the scope, too.
 */
const builtText = (text: string): string =>
  text
    .replaceAll(/(new URL\(|\bimport\(|\bfrom )"(\.[^"]*)\.ts"/g, '$1"$2.js"')
    .replaceAll("../../node_modules/.cache/", "../../../.cache/");

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
