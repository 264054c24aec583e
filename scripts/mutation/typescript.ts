import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Stryker } from "@stryker-mutator/core";
import { ROOT } from "../../checkout/paths.ts";
import { forgetSurvivors } from "./kept-results.ts";
import { type MutantResult, pathOf, Report } from "./report.ts";
import { pathsToMutate, SUBJECTS, type Subject } from "./subjects.ts";

export interface TypeScriptRun {
  /** Only files whose path contains one of the texts, or whose subject is named so; all when empty. */
  readonly only: readonly string[];
  /** Keeps what the last run's tests noticed, where neither the code nor the tests that reach it have changed since. */
  readonly again: boolean;
  /** Mutants at a time; as many as there are cores unless given. */
  readonly workers: number | undefined;
  readonly json: boolean;
}

/**
 * Changes the TypeScript on which money and safety rest in small ways and looks whether the tests notice, subject by subject.
 * Resolves with the exit code: 1 if fewer than 90 % were noticed over all, or a survivor has no reason; 2 if there is
 * nothing to change.
 */
export async function mutateTypeScript({ only, again, workers, json }: TypeScriptRun): Promise<number> {
  const report = new Report();
  for (const subject of SUBJECTS) {
    const mutate = pathsToMutate(subject, only);
    if (mutate.length === 0) continue;
    const startedMs = performance.now();
    const sources = new Map(mutate.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
    try {
      const found = await mutantsOf(subject, { mutate, again, workers });
      // What is kept of the last run may be of files that are not asked for now.
      const results = found.filter(({ fileName }) => sources.has(pathOf(fileName)));
      report.add({ subject: subject.name, results, sources, minutes: (performance.now() - startedMs) / 60_000 });
    } catch (thrown) {
      report.miss(subject.name, thrown);
    }
  }
  if (report.isEmpty) {
    console.error(`No subject is named "${only.join('" or "')}", and no path of theirs contains it.
The subjects: ${SUBJECTS.map(({ name }) => name).join(", ")}.`);
    return 2;
  }
  return report.conclude({ json });
}

function mutantsOf(
  { name }: Subject,
  { mutate, again, workers }: Pick<TypeScriptRun, "again" | "workers"> & { readonly mutate: string[] },
): Promise<MutantResult[]> {
  process.env["LLOOM_MUTATED"] = name;
  const incrementalFile = `.mutants/${name.replace(" ", "-")}.json`;
  if (again) forgetSurvivors(join(ROOT, incrementalFile));
  return new Stryker({
    mutate,
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner", join(ROOT, "scripts/mutation/messages.ts")],
    vitest: { configFile: "scripts/mutation/vitest.config.ts", related: true },
    ignorers: ["messages"],
    coverageAnalysis: "perTest",
    // Code that runs while a module is loaded counts: the wire's schemas, the signed types, tables of codes and verdicts.
    ignoreStatic: false,
    reporters: ["progress-append-only"],
    tempDirName: ".mutants",
    incremental: true,
    incrementalFile,
    force: !again,
    ...(workers === undefined ? {} : { concurrency: workers }),
    // TypeScript 7 has no API to read these files with, and nothing here needs it to.
    tsconfigFile: "none",
    disableTypeChecks: false,
    allowEmpty: true,
    dryRunTimeoutMinutes: 20,
    // An endless loop is known by the count of its turns. Only the clock's word is worth little on a machine that has more to do.
    timeoutMS: 60_000,
    timeoutFactor: 10,
  }).runMutationTest();
}
