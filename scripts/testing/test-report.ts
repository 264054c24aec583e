import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { ROOT } from "../../checkout/paths.ts";

/** How long a test file took. */
export interface FileTime {
  readonly file: string;
  readonly seconds: number;
}

/** What a report of vitest says: how long each file took, and a few lines for each failure. */
export interface TestReport {
  readonly times: readonly FileTime[];
  readonly failures: readonly string[];
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      ...{ name: z.string(), startTime: z.number(), endTime: z.number() },
      ...{ status: z.string(), message: z.string() },
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).nullable() }),
      ),
    }),
  ),
});

type FileResult = z.infer<typeof reportSchema>["testResults"][number];

/** How many files are named: the rest take seconds. */
const SHOWN = 12;
/** Of a failure's message: enough for what was expected and where. */
const MESSAGE_LINES = 12;

function told(file: string, name: string, message: string): string {
  const lines = stripVTControlCharacters(message).split("\n").slice(0, MESSAGE_LINES);
  return [`  ${file} > ${name}`, ...lines.map((line) => `      ${line}`)].join("\n");
}

function failuresOf(file: string, { status, message, assertionResults }: FileResult): string[] {
  const failed = assertionResults.filter((result) => result.status === "failed");
  // A file that could not even be loaded, or whose preparation failed, names no test.
  if (failed.length === 0) return status === "failed" ? [told(file, "the file itself", message)] : [];
  return failed.map(({ fullName, failureMessages }) => told(file, fullName, failureMessages?.join("\n") ?? ""));
}

/** Reads the report of a run; one that left none says nothing. */
export function readReport(reportFile: string): TestReport {
  let report: unknown;
  try {
    report = JSON.parse(readFileSync(reportFile, "utf8"));
  } catch {
    return { times: [], failures: [] };
  }
  const results = reportSchema.parse(report).testResults.map((result) => ({
    ...{ result, file: relative(ROOT, result.name) },
  }));
  return {
    times: results.map(({ file, result }) => ({ file, seconds: (result.endTime - result.startTime) / 1000 })),
    failures: results.flatMap(({ file, result }) => failuresOf(file, result)),
  };
}

/** A line for each of the slowest files, so that whoever makes the tests slower sees it. */
export function slowest(times: readonly FileTime[]): string[] {
  return [...times]
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, SHOWN)
    .map(({ file, seconds }) => `${seconds.toFixed(0).padStart(6)} s  ${file}`);
}
