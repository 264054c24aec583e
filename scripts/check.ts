// Everything that can be said of the code without running it: npm run check
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { readFlags } from "../checkout/flags.ts";
import { HARDHAT, ROOT } from "../checkout/paths.ts";

const USAGE = `usage: npm run check [-- REPORT_FILE] [--without-tests]

Says all that can be said of the code without running it: types, lint, format, generated files, import rules, lock file. With a
file it writes there, as JSON, how many checks passed and failed. Exits 1 if one failed.

  --without-tests  leave out the checks that are tests, which npm test runs with all others`;

interface Check {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  /** What mends it. */
  readonly mend: string;
  readonly isTest?: true;
}

const bin = (path: string): string => join(ROOT, "node_modules", path);
const TSC = bin("typescript/bin/tsc");
const PRETTIER = bin("prettier/bin/prettier.cjs");

/** What reads the built contracts, or takes little time. */
const BUILT: readonly Check[] = [
  { name: "contracts compile", script: HARDHAT, args: ["build", "--no-tests"], mend: "correct the contract" },
  {
    name: "generated files are up to date",
    script: join(ROOT, "scripts/generate.ts"),
    args: ["--check"],
    mend: "npm run generate",
  },
  {
    name: "types of node, protocol, devnet, scripts and tests",
    script: TSC,
    args: ["-p", "tsconfig.json"],
    mend: "correct the types",
  },
  { name: "types of the page's client", script: TSC, args: ["-p", "browser/tsconfig.json"], mend: "correct the types" },
  { name: "types of the indexer", script: TSC, args: ["-p", "indexer/tsconfig.json"], mend: "correct the types" },
  { name: "types of the explorer", script: TSC, args: ["-p", "web/tsconfig.json"], mend: "correct the types" },
  {
    name: "facts of the contracts, settings and queries agree",
    script: bin("vitest/vitest.mjs"),
    args: [
      ...["run", "--project", "units"],
      ...["test/contract-facts.test.ts", "test/configuration.test.ts", "web/lib/indexer/queries.test.ts"],
    ],
    mend: "correct the copy that the test names",
    isTest: true,
  },
  {
    name: "lock file serves every platform",
    script: join(ROOT, "scripts/lock.ts"),
    args: ["--check"],
    mend: "npm run lock",
  },
];

/** What reads nothing but the sources, and so runs beside the others. */
const SOURCES: readonly Check[] = [
  {
    name: "lint and format of TypeScript",
    script: bin("@biomejs/biome/bin/biome"),
    args: ["check", "--error-on-warnings", "."],
    mend: "npm run format",
  },
  { name: "format of Solidity", script: PRETTIER, args: ["--check", "contracts", "test"], mend: "npm run format" },
  {
    name: "lint of Solidity",
    script: bin("solhint/solhint.js"),
    args: ["--max-warnings", "0", "contracts/**/*.sol"],
    mend: "correct the contract",
  },
  {
    name: "import rules and sizes",
    script: bin("vitest/vitest.mjs"),
    args: ["run", "--project", "units", "test/architecture.test.ts", "test/house-style.test.ts"],
    mend: "move the import, or split the file",
    isTest: true,
  },
];

function run({ script, args }: Check): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

const { positionals, values } = readFlags({
  usage: USAGE,
  config: { allowPositionals: true, options: { "without-tests": { type: "boolean", default: false } } },
});
const [reportFile] = positionals;
const wanted = (checks: readonly Check[]): Check[] =>
  checks.filter(({ isTest = false }) => !isTest || !values["without-tests"]);
let failed = 0;

/** One after the other. */
async function runAll(checks: readonly Check[]): Promise<void> {
  for (const check of checks) {
    const began = performance.now();
    const { code, output } = await run(check);
    const seconds = `${((performance.now() - began) / 1000).toFixed(1)} s`;
    console.log(` ${code === 0 ? styleText("green", "✓") : styleText("red", "✗")} ${check.name} (${seconds})`);
    if (code === 0) continue;
    failed++;
    console.log(`${output.trimEnd()}\n   mend it: ${check.mend}\n`);
  }
}

const [built, sources] = [wanted(BUILT), wanted(SOURCES)];
await Promise.all([runAll(built), runAll(sources)]);
const count = built.length + sources.length;
console.log(failed === 0 ? "All is well." : `${failed} of ${count} checks failed.`);
if (reportFile !== undefined) writeFileSync(reportFile, JSON.stringify({ passed: count - failed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
