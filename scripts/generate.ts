// Writes protocol/src/generated/abi.ts from the compiled contracts, so that every workspace imports typed ABIs.
//
//   npm run generate             builds the contracts and writes the file
//   npm run generate -- --check  only compares, exit 1 when the file is stale
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { artifactPath } from "../checkout/artifact-path.ts";
import { HARDHAT, ROOT } from "../checkout/paths.ts";

/** Contract, and the name of its constant. */
const CONTRACTS: Readonly<Record<string, string>> = {
  AccountingV2: "accountingV2Abi",
  Arbitrator: "arbitratorAbi",
  Audits: "auditsAbi",
  DeliveryDisputes: "deliveryDisputesAbi",
  EquivocationDisputes: "equivocationDisputesAbi",
  Jury: "juryAbi",
  Lens: "lensAbi",
  MeasuredDisputes: "measuredDisputesAbi",
  StakeRegistry: "stakeRegistryAbi",
  TestToken: "testTokenAbi",
};

const LINE_WIDTH = 120;

const FILE = "protocol/src/generated/abi.ts";
const output = join(ROOT, FILE);

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The compiler's name for a type (`struct IAccountingV2.Lane`) says nothing to a caller and doubles the size. */
function withoutInternalTypes(value: Json): Json {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutInternalTypes);
  const kept = Object.entries(value).filter(([key]) => key !== "internalType");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutInternalTypes(inner)]));
}

/** A value as a TypeScript literal: on one line where it fits, broken like the formatter would where it does not. */
function literal(value: Json, indent: string, room: number): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const isList = Array.isArray(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  const gap = isList ? "" : " ";
  const entries: [string, Json][] = isList ? value.map((inner) => ["", inner]) : Object.entries(value);
  if (entries.length === 0) return open + close;
  const prefixed = entries.map(([key, inner]): [string, Json] => [key === "" ? "" : `${key}: `, inner]);
  const flat = prefixed.map(([prefix, inner]) => prefix + literal(inner, "", Number.POSITIVE_INFINITY)).join(", ");
  if (flat.length + 2 * gap.length + 2 <= room) return open + gap + flat + gap + close;
  const inside = `${indent}  `;
  const lines = prefixed.map(
    ([prefix, inner]) => `${inside}${prefix}${literal(inner, inside, LINE_WIDTH - inside.length - prefix.length - 1)},`,
  );
  return [open, ...lines, indent + close].join("\n");
}

function constant(contract: string, name: string): string {
  const { abi } = JSON.parse(readFileSync(artifactPath(contract) ?? "", "utf8")) as { abi: Json };
  return `/** ABI of ${contract}, with its errors and events. */\nexport const ${name} = ${literal(withoutInternalTypes(abi), "", 0)} as const;\n`;
}

/** Builds what changed; a contract that then has no artifact was renamed or removed. */
function build(): string | undefined {
  const { status } = spawnSync(process.execPath, [HARDHAT, "build", "--no-tests", "--quiet"], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (status !== 0) return "The contracts do not compile; see above.";
  const missing = Object.keys(CONTRACTS).find((name) => artifactPath(name) === undefined);
  return missing === undefined ? undefined : `${missing} has no artifact; correct CONTRACTS in this script.`;
}

function generate(): string {
  const constants = Object.entries(CONTRACTS).map(([contract, name]) => constant(contract, name));
  return ["// Made by scripts/generate.ts from the compiled contracts. Do not edit.\n", ...constants].join("\n");
}

function run(checkOnly: boolean): string | undefined {
  const problem = build();
  if (problem !== undefined) return problem;
  const text = generate();
  const current = existsSync(output) ? readFileSync(output, "utf8") : "";
  if (checkOnly) {
    return text === current ? undefined : `${FILE} is stale. Run: npm run generate`;
  }
  mkdirSync(dirname(output), { recursive: true });
  if (text !== current) writeFileSync(output, text);
  console.log(`${FILE}: ${text === current ? "already up to date" : "written"}`);
  return undefined;
}

const problem = run(process.argv.includes("--check"));
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
