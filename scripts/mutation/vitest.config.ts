import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** The tests that a mutant of the TypeScript is held against: those that start no programs and so are soon over. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, "../.."),
    include: ["{protocol,node}/src/**/*.test.ts", "protocol/vectors/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*llama*.test.ts", "**/crash.test.ts", ".mutants/**"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
