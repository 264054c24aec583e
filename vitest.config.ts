import { defineConfig } from "vitest/config";

/** Files that start whole networks of processes: one at a time. */
const WHOLE_NETWORK = "test/e2e/**/*.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    // A last resort on a machine that does much else: what a test waits for has a deadline of its own.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: "parts",
          include: ["{protocol,node,indexer,web,checkout,devnet,ignition,scripts}/**/*.test.ts", "test/**/*.test.ts"],
          exclude: ["**/node_modules/**", WHOLE_NETWORK],
          maxWorkers: 2,
        },
      },
      {
        extends: true,
        test: {
          name: "network",
          include: [WHOLE_NETWORK],
          fileParallelism: false,
        },
      },
    ],
  },
});
