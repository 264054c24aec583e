import { defineConfig } from "vitest/config";
import { COMPILE_CACHE } from "./checkout/paths.ts";
import { LongestFirst } from "./test/support/longest-first.ts";

/** Files that start whole networks of processes. */
const WHOLE_NETWORK = "test/e2e/**/*.test.ts";
/** What lies beside the code that it tests. */
const BESIDE_THE_CODE = "{protocol,node,browser,indexer,web,checkout,devnet,ignition,scripts}/**/*.test.ts";
/** Tests that read the checkout or compute, and start nothing. */
const LIGHT = ["test/*.test.ts", "test/{benchmark,mutation,support}/**/*.test.ts"];
/** They may build the explorer first, and the machine may be busy with other things too. */
const PATIENCE = { testTimeout: 1_200_000, hookTimeout: 1_200_000 };
/** One that computes on all processors from beginning to end. */
const ATTACK = "test/e2e/attack.test.ts";

/** Makes the program that they start. */
const STARTS_LLOOM = "test/support/program.ts";
/** What their networks log is read for secrets. */
const LOGS_ARE_READ = ["test/support/logs-after-each-file.ts"];

export default defineConfig({
  test: {
    pool: "forks",
    // For the programs that tests start, many hundreds in all.
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE },
    // A last resort on a machine that does much else: what a test waits for has a deadline of its own.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "units",
          include: [BESIDE_THE_CODE, ...LIGHT],
          exclude: ["**/node_modules/**"],
          // As many as below: they run in one group.
          maxWorkers: 3,
          // Three hundred files that share a process: half of their time went into loading the same modules again.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: "parts",
          globalSetup: STARTS_LLOOM,
          include: ["test/**/*.test.ts"],
          exclude: ["**/node_modules/**", WHOLE_NETWORK, ...LIGHT],
          // They wait for blocks, deadlines and other processes a third of the time.
          maxWorkers: 3,
        },
      },
      {
        extends: true,
        test: {
          name: "network",
          ...PATIENCE,
          globalSetup: STARTS_LLOOM,
          setupFiles: LOGS_ARE_READ,
          include: [WHOLE_NETWORK],
          exclude: [ATTACK],
          // Each waits for processes, blocks and pages most of the time.
          maxWorkers: 2,
          // Asked for together, they come after the parts.
          sequence: { groupOrder: 1 },
        },
      },
      { extends: true, test: { name: "attack", ...PATIENCE, setupFiles: LOGS_ARE_READ, include: [ATTACK] } },
    ],
  },
});
