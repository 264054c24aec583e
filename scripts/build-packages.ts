// Builds the packages that others install: npm run build:packages
import { join, resolve } from "node:path";
import { explain } from "../checkout/explained-error.ts";
import { readFlags } from "../checkout/flags.ts";
import { ROOT } from "../checkout/paths.ts";
import { buildPackages, PACKAGES } from "./packages/build-packages.ts";

const USAGE = `usage: npm run build:packages [-- FOLDER]

Builds @lloom/protocol, @lloom/node, @lloom/runtime and @lloom/browser, each in a folder of FOLDER (out/packages unless given):
JavaScript, declarations, README and licence. There npm pack makes a tarball that runs where it is installed.`;

const [given = join(ROOT, "out/packages")] = readFlags({
  usage: USAGE,
  config: { allowPositionals: true },
}).positionals;
const folder = resolve(given);
try {
  buildPackages(folder);
  console.log(PACKAGES.map((name) => join(folder, name)).join("\n"));
} catch (thrown) {
  console.error(explain(thrown));
  process.exitCode = 1;
}
