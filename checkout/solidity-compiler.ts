import { createRequire } from "node:module";
import "./quick-tables.ts";

// The compiler of the lock file's npm package: no download, the same bytes on every machine. Hardhat takes it by the default
// export.
export default createRequire(import.meta.url)("solc/soljson.js");
