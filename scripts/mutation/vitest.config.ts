import { defineConfig } from "vitest/config";
import { ROOT } from "../../checkout/paths.ts";
import { NearestFirst } from "./nearest-first.ts";
import { SUBJECTS, testsOf } from "./subjects.ts";

const subject = SUBJECTS.find(({ name }) => name === process.env["LLOOM_MUTATED"]);

/** The tests that the mutants of one subject are held against. */
export default defineConfig({
  test: {
    root: ROOT,
    include: subject === undefined ? [] : testsOf(subject),
    exclude: ["**/node_modules/**", ".mutants/**"],
    sequence: { sequencer: NearestFirst },
    // Half of the time is importing what all files of tests share; what a module keeps is asked for by each test anew.
    isolate: false,
    // Longer than a mutant gets: a test that is merely slow must not seem to have noticed something.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
