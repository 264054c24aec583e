import { existsSync, readFileSync, writeFileSync } from "node:fs";

interface KeptFile {
  mutants: { readonly status: string }[];
}

const SURVIVED: ReadonlySet<string> = new Set(["Survived", "NoCoverage"]);

/**
 * Takes out of a run's kept results what nobody noticed, so that it is examined again. Stryker knows which new tests reach code
 * that runs in them, but not which reach what runs while a module is loaded: such a survivor would stay one for ever.
 */
export function forgetSurvivors(path: string): void {
  if (!existsSync(path)) return;
  const report = JSON.parse(readFileSync(path, "utf8")) as { files: Record<string, KeptFile> };
  for (const file of Object.values(report.files))
    file.mutants = file.mutants.filter(({ status }) => !SURVIVED.has(status));
  writeFileSync(path, JSON.stringify(report));
}
