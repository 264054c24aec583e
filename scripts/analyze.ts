// Static analysis of the contracts: npm run analyze
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { z } from "zod";
import { readFlags } from "../checkout/flags.ts";
import { ROOT } from "../checkout/paths.ts";
import { ForgeProject } from "./contracts/forge.ts";

const USAGE = `usage: npm run analyze [-- --json]

Looks for known weaknesses in the contracts' source with Foundry's analyser, of every severity that concerns safety. Each
finding needs its reason in test/contracts/findings.json: the code it is about, and why it holds. Exits 1 if one has none, or
if a reason is about code that is found no more.`;

const REASONS = "test/contracts/findings.json";
const SEVERITIES = ["high", "med", "low"];

const reasonsSchema = z.array(
  z.object({
    lint: z.string(),
    /** Where it holds; everywhere when left out. */
    path: z.string().optional(),
    /** The code that it is about; any when left out. */
    code: z.string().optional(),
    reason: z.string().min(1),
  }),
);
type Reason = z.infer<typeof reasonsSchema>[number];

const diagnosticSchema = z.object({
  message: z.string(),
  code: z.object({ code: z.string() }),
  spans: z
    .array(
      z.object({
        file_name: z.string(),
        line_start: z.number(),
        text: z.array(z.object({ text: z.string(), highlight_start: z.number(), highlight_end: z.number() })),
      }),
    )
    .min(1),
});

/** One place that the analyser points at. */
interface Finding {
  readonly lint: string;
  readonly message: string;
  readonly path: string;
  readonly line: number;
  readonly code: string;
}

function readFindings(output: string): Finding[] {
  return output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => {
      const { message, code, spans } = diagnosticSchema.parse(JSON.parse(line));
      const [span] = spans;
      const parts = (span?.text ?? []).map(({ text, highlight_start, highlight_end }) =>
        text.slice(highlight_start - 1, highlight_end - 1).trim(),
      );
      return {
        lint: code.code,
        message,
        path: span?.file_name ?? "",
        line: span?.line_start ?? 0,
        code: parts.join(" "),
      };
    });
}

const isAbout = ({ lint, path, code }: Reason, finding: Finding): boolean =>
  lint === finding.lint && (path ?? finding.path) === finding.path && (code ?? finding.code) === finding.code;

async function main(): Promise<number> {
  const { values } = readFlags({ usage: USAGE, config: { options: { json: { type: "boolean", default: false } } } });
  using project = new ForgeProject();
  const severities = SEVERITIES.flatMap((severity) => ["--severity", severity]);
  const { ok, output } = await project.run(["lint", "contracts", "--json", ...severities]);
  if (!ok) {
    console.error(output);
    return 1;
  }
  const findings = readFindings(output);
  const reasons = reasonsSchema.parse(JSON.parse(readFileSync(join(ROOT, REASONS), "utf8")));
  const open = findings.filter((finding) => !reasons.some((reason) => isAbout(reason, finding)));
  const stale = reasons.filter((reason) => !findings.some((finding) => isAbout(reason, finding)));
  for (const { lint, message, path, line, code } of open)
    console.error(
      `${styleText("red", lint)}  ${path}:${line}\n  ${code}\n  ${message}: mend it, or say in ${REASONS} why it holds`,
    );
  for (const { lint, path = "everywhere", code = "any code" } of stale)
    console.error(`${styleText("red", "not found")}  ${lint}, ${path}: ${code}\n  take its reason out of ${REASONS}`);
  console.log(
    `${findings.length} findings, ${open.length} without a reason, ${stale.length} reasons without a finding`,
  );
  if (values.json) console.log(JSON.stringify({ findings: findings.length, open: open.length, stale: stale.length }));
  return open.length === 0 && stale.length === 0 ? 0 : 1;
}

process.exitCode = await main();
