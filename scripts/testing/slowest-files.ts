import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { z } from "zod";
import { ROOT } from "../../checkout/paths.ts";

/** How long a test file took. */
export interface FileTime {
  readonly file: string;
  readonly seconds: number;
}

const reportSchema = z.object({
  testResults: z.array(z.object({ name: z.string(), startTime: z.number(), endTime: z.number() })),
});

/** How many are named: the rest take seconds. */
const SHOWN = 12;

/** What a report of vitest says of its files; of a run that left none, nothing. */
export function fileTimes(reportFile: string): FileTime[] {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(reportFile, "utf8"));
  } catch {
    return [];
  }
  return reportSchema.parse(report).testResults.map(({ name, startTime, endTime }) => ({
    file: relative(ROOT, name),
    seconds: (endTime - startTime) / 1000,
  }));
}

/** A line for each of the slowest files, so that whoever makes the tests slower sees it. */
export function slowest(times: readonly FileTime[]): string[] {
  return [...times]
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, SHOWN)
    .map(({ file, seconds }) => `${seconds.toFixed(0).padStart(6)} s  ${file}`);
}
