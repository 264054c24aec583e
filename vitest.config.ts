import { defineConfig } from "vitest/config";

/** Files that start whole networks of processes: one at a time, with long deadlines. */
const WHOLE_NETWORK = "test/e2e/**/*.test.ts";

export default defineConfig({
  test: {
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 120_000,
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
          testTimeout: 240_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
