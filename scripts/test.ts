// Runs every test and prints one closing line: npm test
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readFlags, refuse } from "../checkout/flags.ts";
import { HARDHAT, ROOT } from "../checkout/paths.ts";
import { type FileTime, readReport, slowest } from "./testing/test-report.ts";

/** What came of a suite. */
interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Suite {
  readonly name: string;
  readonly describe: string;
  readonly run: (reportFile: string, options: Place) => Promise<Counts>;
}

/** Whether other suites run at the same time. */
interface Place {
  readonly isBeside: boolean;
}

const VITEST = join(ROOT, "node_modules/vitest/vitest.mjs");

/** Runs a program; beside others with what it prints in one piece at its end, so that they do not mix their lines. */
function runNode(args: readonly string[], { isBeside }: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      stdio: isBeside ? ["ignore", "pipe", "pipe"] : "inherit",
    });
    const printed: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => printed.push(chunk));
    child.once("error", reject);
    child.once("close", (code) => {
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}

/** Counts that a suite wrote; a suite that broke before it could count as at least one failure. */
function readCounts(file: string, code: number, parse: (report: Record<string, unknown>) => Counts): Counts {
  let counts: Counts = { passed: 0, failed: 0 };
  try {
    counts = parse(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>);
  } catch {
    console.error("The suite ended without a report.");
  }
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** A script of ours that writes { passed, failed }. */
async function runScript(script: string, reportFile: string, place: Place, ...more: string[]): Promise<Counts> {
  const code = await runNode([join(ROOT, "scripts", script), reportFile, ...more], place);
  return readCounts(reportFile, code, ({ passed, failed }) => ({ passed: Number(passed), failed: Number(failed) }));
}

async function runVitest(projects: readonly string[], reportFile: string, place: Place): Promise<Counts> {
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const code = await runNode(
    [VITEST, "run", ...projects.flatMap((project) => ["--project", project]), ...reporters],
    place,
  );
  const report = readReport(reportFile);
  times.push(...report.times);
  failures.push(...report.failures);
  return readCounts(reportFile, code, ({ numPassedTests, numFailedTests }) => ({
    passed: Number(numPassedTests),
    failed: Number(numFailedTests),
  }));
}

const SUITES: readonly Suite[] = [
  {
    name: "check",
    describe: "types, lint, format, generated files, import rules",
    // What of it are tests runs among the parts.
    run: (file, place) => runScript("check.ts", file, place, ...(place.isBeside ? ["--without-tests"] : [])),
  },
  {
    name: "contracts",
    describe: "Solidity: unit, fuzz, invariants",
    run: (...to) => runScript("test-solidity.ts", ...to),
  },
  {
    name: "proofs",
    describe: "the arithmetic libraries, for every input",
    run: (...to) => runScript("prove.ts", ...to),
  },
  {
    name: "parts",
    describe: "TypeScript: each part, real chain, real hosts",
    run: (...to) => runVitest(["units", "parts"], ...to),
  },
  {
    name: "network",
    describe: "whole networks of real processes, and a browser",
    run: (...to) => runVitest(["network"], ...to),
  },
  {
    name: "attack",
    describe: "a whole network among liars, floods, failures and kill -9",
    run: (...to) => runVitest(["attack"], ...to),
  },
];

const USAGE = `usage: npm test [-- SUITE...]

Builds the contracts and runs the suites that are named, or all of them. Exits 1 if a test failed.

${SUITES.map(({ name, describe }) => `  ${name.padEnd(10)} ${describe}`).join("\n")}`;

const wanted = readFlags({ usage: USAGE, config: { allowPositionals: true } }).positionals;
const unknown = wanted.find((name) => !SUITES.some((suite) => suite.name === name));
if (unknown !== undefined)
  refuse(
    `There is no suite "${unknown}".`,
    `Suites: ${SUITES.map(({ name }) => name).join(", ")}; none named runs all.`,
  );

const dir = mkdtempSync(join(tmpdir(), "lloom-test-"));
const times: FileTime[] = [];
const failures: string[] = [];
const outcomes: string[] = [];
let passed = 0;
let failed = 0;

/** One after the other. */
async function runAll(suites: readonly Suite[], place: Place = { isBeside: false }): Promise<void> {
  for (const { name, describe, run } of suites) {
    const began = performance.now();
    console.log(`\n── ${name}: ${describe}`);
    const counts = await run(join(dir, `${name}.json`), place);
    const seconds = Math.round((performance.now() - began) / 1000);
    const line = `── ${name}: ${counts.passed} passed, ${counts.failed} failed, ${seconds} s`;
    console.log(line);
    outcomes.push(line);
    passed += counts.passed;
    failed += counts.failed;
  }
}

async function build(): Promise<void> {
  if ((await runNode([HARDHAT, "build", "--no-tests"], { isBeside: false })) !== 0) failed++;
}

const began = performance.now();
try {
  const named = (...names: readonly string[]): Suite[] =>
    SUITES.filter(({ name }) => names.includes(name) && (wanted.length === 0 || wanted.includes(name)));
  // Two lanes that end at about the same time. One computes on one core for most of its time: proofs, which need nothing that is
  // built, then lint and contracts; and when it is done, the networks take its place beside what is left of the parts, since
  // both wait for processes and blocks. Under attack everybody computes, so that nothing runs beside it.
  const parts = named("parts");
  const others = named("check", "contracts", "network");
  await Promise.all([build(), runAll(named("proofs"), { isBeside: true })]);
  await Promise.all([runAll(parts), runAll(others, { isBeside: parts.length > 0 })]);
  await runAll(named("attack"));
} finally {
  rmSync(dir, { recursive: true, force: true });
}
// A run prints thousands of lines: what failed is told where it ends.
if (failures.length > 0) console.log(`\nfailed:\n${failures.join("\n")}`);
if (times.length > 1) console.log(`\nslowest files:\n${slowest(times).join("\n")}`);
const minutes = ((performance.now() - began) / 60_000).toFixed(1);
console.log(`\n${outcomes.join("\n")}\n${minutes} min in all`);
// What reads a run for its outcome knows this line, as it stands.
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
