// Proofs about the arithmetic libraries, for every input: npm run prove
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { styleText } from "node:util";
import { z } from "zod";
import { readFlags } from "../checkout/flags.ts";
import { ROOT } from "../checkout/paths.ts";
import "../checkout/quick-tables.ts";

const USAGE = `usage: npm run prove [-- REPORT_FILE]

Proves what test/proofs/ says about the arithmetic libraries, for every input. With a file it writes there, as JSON, how many
conditions were proved and how many not. Exits 1 if one was not.`;

const solc = createRequire(import.meta.url)("solc") as {
  compile: (input: string, callbacks: { import: (path: string) => { contents: string } | { error: string } }) => string;
};

/** Each contract in it says by `assert` what must hold; the compiler's model checker proves it or shows a counterexample. */
const PROOFS = "test/proofs";

const outputSchema = z.object({
  errors: z.array(z.object({ severity: z.string(), message: z.string(), formattedMessage: z.string() })).default([]),
});

interface Outcome {
  readonly proved: number;
  /** What was not proved, in the compiler's words. */
  readonly open: readonly string[];
}

function prove(file: string): Outcome {
  const path = join(PROOFS, file);
  const name = file.replace(/\.sol$/, "");
  const input = {
    language: "Solidity",
    sources: { [path]: { content: readFileSync(join(ROOT, path), "utf8") } },
    settings: {
      remappings: ["@openzeppelin/=node_modules/@openzeppelin/"],
      outputSelection: { "*": { "*": [] } },
      modelChecker: {
        engine: "chc",
        solvers: ["z3"],
        targets: ["assert", "overflow", "underflow", "divByZero"],
        contracts: { [path]: [name] },
        showProvedSafe: true,
        showUnproved: true,
      },
    },
  };
  const read = (imported: string): { contents: string } | { error: string } => {
    try {
      return { contents: readFileSync(join(ROOT, imported), "utf8") };
    } catch (thrown) {
      return { error: (thrown as Error).message };
    }
  };
  const { errors } = outputSchema.parse(JSON.parse(solc.compile(JSON.stringify(input), { import: read })));
  const safe = errors.filter(({ message }) => message.endsWith("check is safe!"));
  const open = errors.filter(
    ({ severity, message }) => severity === "error" || /^CHC: .*(might happen|happens here)/s.test(message),
  );
  return { proved: safe.length, open: open.map(({ formattedMessage }) => formattedMessage) };
}

function main(reportFile: string | undefined): number {
  const counts = { passed: 0, failed: 0 };
  for (const file of readdirSync(join(ROOT, PROOFS)).filter((name) => name.endsWith(".sol"))) {
    const { proved, open } = prove(file);
    const holds = open.length === 0 && proved > 0;
    counts.passed += proved;
    counts.failed += holds ? 0 : Math.max(open.length, 1);
    const mark = holds ? styleText("green", "✓") : styleText("red", "✗");
    console.log(` ${mark} ${file.padEnd(28)} ${proved} conditions proved, ${open.length} not`);
    for (const text of open) console.log(text);
  }
  if (reportFile !== undefined) writeFileSync(reportFile, JSON.stringify(counts));
  return counts.failed === 0 ? 0 : 1;
}

const [reportFile] = readFlags({ usage: USAGE, config: { allowPositionals: true } }).positionals;
process.exitCode = main(reportFile);
