import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../checkout/paths.ts";

/** A file of our own. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

const read = (patterns: readonly string[]): Source[] =>
  globSync([...patterns], {
    cwd: ROOT,
    exclude: ["**/node_modules/**", "**/generated/**", "**/.next/**", "**/.ponder/**"],
  })
    .map((path) => path.replaceAll("\\", "/"))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

export const typescript = read([
  "{protocol,node,browser,indexer,web,checkout,devnet,ignition,scripts,test}/**/*.{ts,tsx}",
  "*.ts",
]);
export const scripts = read(["{node,scripts,web}/**/*.{js,mjs,py,sh}"]);
export const solidity = read(["{contracts,test}/**/*.sol"]);

export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path);
export const inside = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
