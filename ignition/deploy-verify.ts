// Compares a deployment on chain with this checkout and a parameter file: npm run deploy:verify
import { existsSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { Contract, type InterfaceAbi, type JsonRpcProvider, ZeroAddress } from "ethers";
import { explain } from "../checkout/explained-error.ts";
import { readFlags, refuse } from "../checkout/flags.ts";
import { ROOT } from "../checkout/paths.ts";
import { checkChain, connect } from "../checkout/rpc.ts";
import { chosenRpcUrl, refuseNoRpcUrl } from "../checkout/rpc-url.ts";
import { type RecordedDeployment, readArtifact, readDeployment } from "./deploying/deployment-files.ts";
import { type ComparedRow, rowsOf } from "./deploying/deployment-rows.ts";
import { ParameterFileError, readSections } from "./deploying/parameter-file.ts";
import { moduleOf, type ParameterValues, readValues } from "./deploying/parameter-values.ts";
import { PARAMETERS, type Parameter, type ParameterName } from "./parameters.ts";

const USAGE = `usage: npm run deploy:verify -- [OPTIONS]
       npm run deploy:verify -- --check FILE

Reads every contract of a deployment from the chain and compares it with this checkout's code and with a parameter file:
code, immutables, wiring. Prints a table; exits 1 if anything differs, 2 if the parameter file cannot be deployed with.

  --rpc URL           JSON-RPC of the chain (default: LLOOM_RPC_URL, else http://127.0.0.1:8545)
  --deployment ID     folder below ignition/deployments (default: chain-<id of the chain>)
  --parameters FILE   what was deployed with (default: ignition/parameters/local.json5)
  --check FILE        only look at a parameter file, before deployment and without a chain: names, types, bounds
  --json              print the rows as one JSON line
  --help              this text`;

const PASSED = styleText("green", "✓");
const DEFAULT = styleText("yellow", "·");
const FAILED = styleText("red", "✗");

function print(rows: readonly ComparedRow[]): void {
  const width = (part: "contract" | "what" | "expected"): number => Math.max(...rows.map((row) => row[part].length));
  const [first, second, third] = [width("contract"), width("what"), width("expected")];
  console.log(
    styleText("bold", `   ${"contract".padEnd(first)}  ${"what".padEnd(second)}  ${"expected".padEnd(third)}  found`),
  );
  for (const { contract, what, expected, found, holds, isDefault } of rows) {
    const mark = holds ? (isDefault ? DEFAULT : PASSED) : FAILED;
    console.log(` ${mark} ${contract.padEnd(first)}  ${what.padEnd(second)}  ${expected.padEnd(third)}  ${found}`);
  }
  const wrong = rows.filter(({ holds }) => !holds).length;
  const defaults = rows.filter(({ isDefault }) => isDefault).length;
  console.log(
    wrong === 0
      ? "\nThe deployment is what it says."
      : `\n${wrong} of ${rows.length} differ. Do not use this deployment.`,
  );
  if (defaults > 0) console.log(`· ${defaults} values are not stated in the parameter file: the module's defaults.`);
}

/** Looks at a parameter file alone. */
function check(file: string, asJson: boolean): void {
  const sections = readSections(file);
  const module = moduleOf(sections);
  const values = readValues({ sections, module, name: file });
  if (asJson) console.log(JSON.stringify([...values].map(([name, value]) => ({ name, ...value }))));
  else printValues(values, `ignition/modules/${module}.ts can be deployed with ${file}.`);
}

function printValues(values: ParameterValues, verdict: string): void {
  const width = Math.max(...[...values.keys()].map((name) => name.length));
  for (const [name, { text, isStated }] of values) {
    const parameter: Parameter = PARAMETERS[name as ParameterName];
    const meaning = parameter.kind === "number" ? ` ${parameter.unit}` : text === ZeroAddress ? " (none)" : "";
    const [mark, note] = isStated ? [PASSED, ""] : [DEFAULT, " (default, not stated)"];
    console.log(` ${mark} ${name.padEnd(width)}  ${text}${meaning}${note}`);
  }
  console.log(`\n${verdict}`);
}

/** Who deployed, which some addresses default to; undefined if the stake registry does not say. */
async function deployerOf(provider: JsonRpcProvider, { addresses }: RecordedDeployment): Promise<string | undefined> {
  const { abi } = readArtifact("StakeRegistry");
  const registry = new Contract(addresses.get("StakeRegistry") ?? ZeroAddress, abi as InterfaceAbi, provider);
  try {
    return String(await registry.getFunction("deployer").staticCall());
  } catch {
    // The row about the registry's code says why.
    return undefined;
  }
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const options = { rpc: text, deployment: text, parameters: text, check: text, json: { type: "boolean" } } as const;
  const { values } = readFlags({ usage: USAGE, config: { options } });
  if (values.check !== undefined) {
    if (values.rpc !== undefined || values.deployment !== undefined || values.parameters !== undefined)
      refuse("--check looks at a file alone.", "Leave out --rpc, --deployment and --parameters, or --check.");
    check(values.check, values.json === true);
    return 0;
  }
  const rpc = chosenRpcUrl(values.rpc);
  refuseNoRpcUrl(rpc);
  const parameterFile = values.parameters ?? join(ROOT, "ignition/parameters/local.json5");
  const sections = readSections(parameterFile);
  await checkChain(rpc);
  const provider = connect(rpc);
  try {
    const id = values.deployment ?? `chain-${(await provider.getNetwork()).chainId}`;
    if (!existsSync(join(ROOT, "ignition/deployments", id)))
      refuse(
        `Ignition knows no deployment ${id} here.`,
        "Deploy first, or give --deployment a folder of ignition/deployments.",
      );
    const deployment = readDeployment(id);
    const module = deployment.addresses.has("TestToken") ? "Lloom" : "LloomOnToken";
    const deployer = await deployerOf(provider, deployment);
    const rows = await rowsOf(provider, deployment, readValues({ sections, module, name: parameterFile, deployer }));
    if (values.json) console.log(JSON.stringify(rows));
    else print(rows);
    return rows.every(({ holds }) => holds) ? 0 : 1;
  } finally {
    provider.destroy();
  }
}

try {
  process.exitCode = await main();
} catch (thrown) {
  if (thrown instanceof ParameterFileError) refuse(thrown.message, thrown.next);
  console.error(explain(thrown));
  process.exitCode = 1;
}
