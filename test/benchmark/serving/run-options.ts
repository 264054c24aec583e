import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reportProfiles } from "../profile/report.ts";
import type { BenchRow } from "../rows.ts";
import { type Serving, withServing } from "./serving.ts";
import type { WorkMeter } from "./work-meter.ts";

export interface RunOptions {
  /** Whether executor and gateway are profiled. */
  readonly profile: boolean;
  /** Takes lines for people that stand below the table. */
  readonly tell: (line: string) => void;
}

/** Measures, and tells what the profiles say where they are wanted: those are written when a process ends. */
export async function measuredRun(
  { profile, tell }: RunOptions,
  measure: (serving: Serving) => Promise<BenchRow[]>,
): Promise<BenchRow[]> {
  const profileDir = profile ? mkdtempSync(join(tmpdir(), "lloom-profile-")) : undefined;
  let watched: WorkMeter | undefined;
  const rows = await withServing({ profileDir }, (serving) => {
    watched = serving.meter;
    return measure(serving);
  });
  if (profileDir === undefined || watched === undefined) return rows;
  try {
    for (const line of reportProfiles(profileDir, watched)) tell(line);
  } catch (thrown) {
    // A process that had to be killed wrote none: what was measured is worth no less.
    tell((thrown as Error).message);
  }
  return rows;
}
