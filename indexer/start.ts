// Runs the indexer: Ponder, with its arguments, but for one thing. Its metrics look at the event loop's delay every millisecond, for which
// a process with nothing to do would wake as often.
import perfHooks from "node:perf_hooks";

/** Often enough for percentiles of a minute. */
const RESOLUTION_MS = 500;

const { monitorEventLoopDelay } = perfHooks;
Object.assign(perfHooks, { monitorEventLoopDelay: () => monitorEventLoopDelay({ resolution: RESOLUTION_MS }) });
await import(new URL("../node_modules/ponder/dist/esm/bin/ponder.js", import.meta.url).href);
