// Writes protocol/src/generated/ from the compiled contracts: typed ABIs, and the facts that no ABI holds (enums and
// constants), so that every workspace imports them and none copies them. Then indexer/schema.graphql from the indexer's
// tables, against which the explorer's queries are checked, and the explorer's copy of docs/analytics.md. And ignition/build: the compiled contracts themselves, so that
// the development network starts without compiling.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { artifactPath } from "../checkout/artifact-path.ts";
import { compileChanged } from "../checkout/compile-changed.ts";
import { readFlags } from "../checkout/flags.ts";
import { ROOT } from "../checkout/paths.ts";
import { DIGEST_FILE, SHIPPED, shippedContracts, sourcesDigest } from "../ignition/deploying/shipped-build.ts";
import { questionsFile } from "./analytics/questions-file.ts";
import { FactReader } from "./contracts/facts.ts";
import { literal, type Value } from "./contracts/literal.ts";

/** Contracts that something outside of the chain talks to. */
const CONTRACTS = [
  "AccountingV2",
  "Arbitrator",
  "Audits",
  "Collector",
  "DeliveryDisputes",
  "EquivocationDisputes",
  "Jury",
  "MeasuredDeposits",
  "MeasuredDisputes",
  "MeasuredEvidence",
  "MeasuredPenalties",
  "Permit2Collector",
  "StakeRegistry",
  "TestToken",
];
/** Libraries whose constants others count with too. */
const LIBRARIES = ["Costs", "DeliveryTree"];

const HEAD = "// Made by scripts/generate.ts from the compiled contracts. Do not edit.\n";

/** `AccountingV2` with `Abi` is `accountingV2Abi`. */
const constantName = (contract: string, what: "Abi" | "Facts"): string =>
  `${contract.charAt(0).toLowerCase()}${contract.slice(1)}${what}`;

/** The compiler's name for a type (`struct IAccountingV2.Lane`) says nothing to a caller and doubles the size. */
function withoutInternalTypes(value: Value): Value {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(withoutInternalTypes);
  const kept = Object.entries(value).filter(([key]) => key !== "internalType");
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutInternalTypes(inner)]));
}

const constant = (comment: string, name: string, value: Value): string =>
  `/** ${comment} */\nexport const ${name} = ${literal(value, "", 0)} as const;\n`;

function abiFile(artifacts: ReadonlyMap<string, string>): string {
  const constants = CONTRACTS.map((contract) => {
    const { abi } = JSON.parse(readFileSync(artifacts.get(contract) ?? "", "utf8")) as { abi: Value };
    const comment = `ABI of ${contract}, with its errors and events.`;
    return constant(comment, constantName(contract, "Abi"), withoutInternalTypes(abi));
  });
  return [HEAD, ...constants].join("\n");
}

function factsFile(artifacts: ReadonlyMap<string, string>): string {
  const reader = new FactReader(ROOT);
  const constants = [...artifacts].flatMap(([contract, artifact]) => {
    const facts = reader.read(artifact);
    const comment = `Enums and constants of ${contract}.`;
    return Object.keys(facts).length === 0 ? [] : [constant(comment, constantName(contract, "Facts"), facts)];
  });
  return [
    `${HEAD}//\n// An enum's name stands at the index that is its number on chain. Times are in seconds.\n`,
    ...constants,
  ].join("\n");
}

/** The contracts' artifacts without what only debuggers read, and what they were made from. */
function shippedFiles(): Record<string, string> {
  const shipped = shippedContracts().map((contract) => {
    const artifact = JSON.parse(readFileSync(artifactPath(contract) ?? "", "utf8")) as Record<string, unknown>;
    const { _format, contractName, sourceName, abi, bytecode, linkReferences } = artifact;
    const kept = { _format, contractName, sourceName, abi, bytecode, linkReferences };
    // The deployed code is the chain's to say.
    const text = JSON.stringify({ ...kept, deployedBytecode: "0x", deployedLinkReferences: {} });
    return [`${SHIPPED}/${contract}.json`, `${text}\n`];
  });
  return { ...Object.fromEntries(shipped), [DIGEST_FILE]: `${sourcesDigest()}\n` };
}

async function run(checkOnly: boolean): Promise<string | undefined> {
  // A contract that then has no artifact was renamed or removed.
  const problem = compileChanged();
  if (problem !== undefined) return problem;
  const artifacts = new Map<string, string>();
  for (const contract of [...CONTRACTS, ...LIBRARIES]) {
    const artifact = artifactPath(contract);
    if (artifact === undefined)
      return `${contract}.sol has no artifact; correct CONTRACTS or LIBRARIES in this script.`;
    artifacts.set(contract, artifact);
  }
  const files: Readonly<Record<string, string>> = {
    "protocol/src/generated/abi.ts": abiFile(artifacts),
    "protocol/src/generated/facts.ts": factsFile(artifacts),
    "web/lib/analytics/generated/questions.ts": questionsFile(),
    // A stale build costs a newcomer time and nothing else, so a test looks at it, and not every check.
    ...(checkOnly ? {} : shippedFiles()),
  };
  const stale = Object.entries(files).flatMap(([name, text]) => place(name, text, checkOnly));
  // The tables have the facts' enums, so that they are loaded only now.
  const { graphqlSchemaText } = await import("../indexer/graphql-schema.ts");
  stale.push(...place("indexer/schema.graphql", await graphqlSchemaText(), checkOnly));
  return stale.length === 0 ? undefined : `Stale: ${stale.join(", ")}. Run: npm run generate`;
}

/** Writes a file that changed, or with `checkOnly` names it. */
function place(file: string, text: string, checkOnly: boolean): string[] {
  const path = join(ROOT, file);
  const isCurrent = existsSync(path) && readFileSync(path, "utf8") === text;
  if (checkOnly) return isCurrent ? [] : [file];
  mkdirSync(dirname(path), { recursive: true });
  if (!isCurrent) writeFileSync(path, text);
  console.log(`${file}: ${isCurrent ? "already up to date" : "written"}`);
  return [];
}

const USAGE = `usage: npm run generate [-- --check]

Builds the contracts and writes what is generated from them: protocol/src/generated/, indexer/schema.graphql,
web/lib/analytics/generated/ and ignition/build/.

  --check   only compares all but the last of them; exits 1 when a file is stale`;

const options = { check: { type: "boolean", default: false } } as const;
const problem = await run(readFlags({ usage: USAGE, config: { options } }).values.check);
if (problem !== undefined) {
  console.error(problem);
  process.exitCode = 1;
}
