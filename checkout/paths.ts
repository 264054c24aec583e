import { join } from "node:path";

/** Root of the checkout. */
export const ROOT = join(import.meta.dirname, "..");

/** Script of a package's command, to be run by this Node. */
export const HARDHAT = join(ROOT, "node_modules/hardhat/dist/src/cli.js");
export const NEXT = join(ROOT, "node_modules/next/dist/bin/next");
export const PONDER = join(ROOT, "node_modules/ponder/dist/esm/bin/ponder.js");
export const INDEXER = join(ROOT, "indexer/start.ts");
export const LLOOM = join(ROOT, "node/src/cli.ts");

/** The dishonest executor of a development network. */
export const CHEAT = join(ROOT, "devnet/cheat.ts");

/** The chain of a development network. */
export const CHAIN = join(ROOT, "devnet/chain.ts");

/** Preloaded where a development network's clock can be moved. */
export const MOVED_CLOCK = join(ROOT, "devnet/moved-clock.ts");

/** Compiled code of all programs of the checkout, by content: they read the same files at every start. */
export const COMPILE_CACHE = join(ROOT, "node_modules/.cache/lloom-compiled");
