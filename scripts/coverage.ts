// Line and branch coverage of the contracts by their Solidity tests: npm run coverage
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { readFlags } from "../checkout/flags.ts";
import { ForgeProject } from "./contracts/forge.ts";
import { callOf, parse, type SyntaxNode, span, walk } from "./contracts/syntax.ts";

const LEAST = 0.98;
const USAGE = `usage: npm run coverage [-- --json]

Runs the Solidity tests under Foundry's coverage and prints lines, branches and functions of every contract, with each
place that no test reaches. Exits 1 below ${LEAST * 100} % of lines or branches.`;

/** Hit and found. */
interface Count {
  hit: number;
  found: number;
}

interface FileCoverage {
  readonly path: string;
  readonly lines: Count;
  readonly branches: Count;
  readonly functions: Count;
  /** Lines without a hit, and lines with a branch that was never taken. */
  readonly missed: Set<number>;
}

/**
 * Forge counts branches of `if`, not of `require` with a custom error: so each require becomes the `if` that it stands
 * for, in the same lines.
 */
function unfoldRequires(project: ForgeProject): void {
  const paths = project.sources("contracts");
  for (const [path, tree] of parse(project.dir, paths)) {
    const file = join(project.dir, path);
    let text: Buffer = readFileSync(file);
    const calls = [...walk(tree)].filter((node) => node.nodeType === "ExpressionStatement").reverse();
    for (const statement of calls) text = unfold(text, statement["expression"] as SyntaxNode);
    writeFileSync(file, text);
  }
}

function unfold(text: Buffer, call: SyntaxNode): Buffer {
  const [condition, error] = callOf(call, "require") ?? [];
  if (condition === undefined || error === undefined) return text;
  const [whole, first, second] = [span(call), span(condition), span(error)];
  const piece = (from: number, to: number): string => text.subarray(from, to).toString();
  const before = piece(whole.start, first.start).replace("require(", "if (!(");
  const between = piece(first.end, second.start).replace(",", ")) revert ");
  const after = piece(second.end, whole.end).replace(")", "");
  const unfolded = before + piece(first.start, first.end) + between + piece(second.start, second.end) + after;
  return Buffer.concat([text.subarray(0, whole.start), Buffer.from(unfolded), text.subarray(whole.end)]);
}

/** Reads the files of `contracts/` out of an LCOV report. */
function readReport(report: string): FileCoverage[] {
  const files: FileCoverage[] = [];
  let file: FileCoverage | undefined;
  const count = (into: Count, line: number, hits: string | undefined): void => {
    into.found++;
    if (Number(hits) > 0) into.hit++;
    else file?.missed.add(line);
  };
  for (const row of report.split("\n")) {
    const [kind, rest = ""] = row.split(/:(.*)/, 2);
    const fields = rest.split(",");
    if (kind === "SF") file = { path: rest, lines: none(), branches: none(), functions: none(), missed: new Set() };
    if (file === undefined) continue;
    if (kind === "DA") count(file.lines, Number(fields[0]), fields[1]);
    if (kind === "BRDA") count(file.branches, Number(fields[0]), fields[3]);
    if (kind === "FNF") file.functions.found = Number(rest);
    if (kind === "FNH") file.functions.hit = Number(rest);
    if (kind === "end_of_record" && file.path.startsWith("contracts/")) files.push(file);
  }
  return files;
}

const none = (): Count => ({ hit: 0, found: 0 });
const share = ({ hit, found }: Count): number => (found === 0 ? 1 : hit / found);
const percent = (count: Count): string =>
  count.found === 0 ? "–" : `${(share(count) * 100).toFixed(1)} % (${count.hit}/${count.found})`;
const sum = (files: readonly FileCoverage[], part: "lines" | "branches" | "functions"): Count =>
  files.reduce((total, file) => ({ hit: total.hit + file[part].hit, found: total.found + file[part].found }), none());

function print(files: readonly FileCoverage[]): void {
  const width = Math.max(...files.map(({ path }) => path.length));
  const row = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(18)).join("")}`;
  console.log(styleText("bold", row("", ["lines", "branches", "functions"])));
  for (const { path, lines, branches, functions, missed } of files) {
    console.log(row(path, [lines, branches, functions].map(percent)));
    if (missed.size > 0)
      console.log(styleText("dim", `  not reached: ${[...missed].sort((a, b) => a - b).join(", ")}`));
  }
  const totals = [sum(files, "lines"), sum(files, "branches"), sum(files, "functions")];
  console.log(styleText("bold", row("all", totals.map(percent))));
}

async function main(): Promise<number> {
  const { values } = readFlags({ usage: USAGE, config: { options: { json: { type: "boolean" } } } });
  using project = new ForgeProject();
  unfoldRequires(project);
  console.error("Running the Solidity tests under coverage, about five minutes …");
  // The type hashes are compared with the compiler's own tree, which forge cannot show its tests here.
  const options = [
    "--ir-minimum",
    "--report",
    "lcov",
    "--report-file",
    "lcov.info",
    "--no-match-contract",
    "TypeHashes",
  ];
  const { ok, output } = await project.run(["coverage", ...options]);
  if (!ok) {
    console.error(output);
    return 1;
  }
  const files = readReport(readFileSync(join(project.dir, "lcov.info"), "utf8"));
  print(files);
  const [lines, branches] = [share(sum(files, "lines")), share(sum(files, "branches"))];
  if (values.json) console.log(JSON.stringify({ lines, branches }));
  return Math.min(lines, branches) >= LEAST ? 0 : 1;
}

process.exitCode = await main();
