import { cpSync, mkdirSync, readdirSync } from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

/** llama.cpp's builds for processors of one kind, of which it loads the best that runs here. */
const BUILD = /^(?:lib)?ggml-cpu-(?<name>[\w.]+)\.(?:so|dll|dylib)$/;

/** The package with llama.cpp's binaries for this machine. */
const packageName = (): string => `@node-llama-cpp/${process.platform}-${process.arch}`;

function packageDirectory(): string | undefined {
  const runtime = findPackageJSON("node-llama-cpp", import.meta.url);
  try {
    return runtime && dirname(dirname(createRequire(runtime).resolve(packageName())));
  } catch {
    return undefined;
  }
}

/** Names of the builds that came with llama.cpp, such as `haswell`; none where it comes in one build. */
export function buildNames(): string[] {
  const directory = packageDirectory();
  if (directory === undefined) return [];
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" }).map(nameOf);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

const nameOf = (path: string): string | undefined => BUILD.exec(path.split(/[\\/]/).at(-1) ?? "")?.groups?.["name"];

/**
 * Arguments for Node with which a process loads this build alone, from a copy of the package without the others: an honest node
 * with another processor, on this one. A processor that cannot run it refuses to load the model.
 */
export function buildArguments(build: string, directory: string): string[] {
  const from = packageDirectory();
  if (from === undefined) return [];
  const copy = join(directory, build);
  mkdirSync(copy, { recursive: true });
  const isWanted = (path: string): boolean => [undefined, build].includes(nameOf(path));
  cpSync(from, copy, { recursive: true, filter: isWanted });
  const url = pathToFileURL(join(copy, "dist", "index.js")).href;
  const hook = `import { registerHooks } from "node:module";
registerHooks({ resolve: (name, context, next) => name === ${JSON.stringify(packageName())}
  ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(name, context) });`;
  return ["--import", `data:text/javascript,${encodeURIComponent(hook)}`];
}
