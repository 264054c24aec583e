import { readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { SUBJECTS } from "./subjects.ts";

/** Most mutants are noticed by a quick test, and then no other runs: those that start a chain come last. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isSlow = ({ moduleId }: TestSpecification): boolean => readFileSync(moduleId, "utf8").includes("startChain");
    return files.toSorted((a, b) => Number(isSlow(a)) - Number(isSlow(b)) || a.moduleId.localeCompare(b.moduleId));
  }
}

const { LLOOM_MUTATED: subject } = process.env;

/** The tests that the mutants of one subject are held against. */
export default defineConfig({
  test: {
    root: join(import.meta.dirname, "../.."),
    include: [...(SUBJECTS.find(({ name }) => name === subject)?.tests ?? [])],
    exclude: ["**/node_modules/**", ".mutants/**"],
    sequence: { sequencer: QuickFirst },
    // Longer than a mutant gets: a test that is merely slow must not seem to have noticed something.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
