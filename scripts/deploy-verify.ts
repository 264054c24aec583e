// Compares a deployment on chain with this checkout and a parameter file: npm run deploy:verify
import { existsSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { Contract, getAddress, Interface, type InterfaceAbi, isAddress, type JsonRpcProvider } from "ethers";
import {
  isSameCode,
  type RecordedDeployment,
  readArtifact,
  readDeployment,
  readParameters,
} from "./contracts/deployment-files.ts";
import { type Expectation, expectationsOf, JUDGES } from "./contracts/expectations.ts";
import { checkChain, connect } from "./devnet/chain.ts";
import { explain } from "./devnet/devnet-error.ts";
import { ROOT } from "./devnet/root.ts";
import { readFlags, refuse } from "./flags.ts";

const USAGE = `usage: npm run deploy:verify -- [OPTIONS]

Reads every contract of a deployment from the chain and compares it with this checkout's code and with a parameter file:
code, immutables, wiring. Prints a table; exits 1 if anything differs.

  --rpc URL           JSON-RPC of the chain (default: LLOOM_RPC_URL, else http://127.0.0.1:8545)
  --deployment ID     folder below ignition/deployments (default: chain-<id of the chain>)
  --parameters FILE   what was deployed with (default: ignition/parameters/local.json5)
  --json              print the rows as one JSON line
  --help              this text`;

interface Row {
  readonly contract: string;
  readonly what: string;
  readonly expected: string;
  readonly found: string;
  readonly holds: boolean;
}

/** The code at the contract's address is what this checkout compiles to. */
async function checkCode(provider: JsonRpcProvider, contract: string, address: string): Promise<Row> {
  const code = await provider.getCode(address);
  const holds = isSameCode(code, readArtifact(contract));
  const found = holds ? "the same" : code === "0x" ? "no code there" : "other code";
  return { contract, what: `code at ${address}`, expected: "this checkout's", found, holds };
}

async function checkView(provider: JsonRpcProvider, address: string, expectation: Expectation): Promise<Row> {
  const { contract, view, args, expected } = expectation;
  const { abi } = readArtifact(contract);
  const what = `${view}(${args.join(", ")})`;
  try {
    const found = String(
      await new Contract(address, abi as InterfaceAbi, provider).getFunction(view).staticCall(...args),
    );
    const holds = expected === undefined || same(found, expected);
    return { contract, what, expected: expected ?? "not stated", found, holds };
  } catch (thrown) {
    return {
      contract,
      what,
      expected: expected ?? "not stated",
      found: (thrown as Error).message.slice(0, 60),
      holds: false,
    };
  }
}

/** The registry was wired once, so that transaction's events name every judge that there can ever be. */
async function checkJudges(provider: JsonRpcProvider, { addresses, wiredIn }: RecordedDeployment): Promise<Row> {
  const expected = Object.keys(JUDGES).map((judge) => addresses.get(judge) ?? `no ${judge}`);
  const receipt = wiredIn === undefined ? null : await provider.getTransactionReceipt(wiredIn);
  const registry = new Interface(readArtifact("StakeRegistry").abi as InterfaceAbi);
  const found = (receipt?.logs ?? [])
    .filter(({ address }) => same(address, addresses.get("StakeRegistry") ?? ""))
    .map((log) => registry.parseLog(log))
    .filter((event) => event?.name === "Wired")
    .map((event) => String(event?.args["judge"]));
  const sorted = (list: readonly string[]): string =>
    list
      .map((address) => address.toLowerCase())
      .sort()
      .join(" ");
  const holds = sorted(found) === sorted(expected);
  return {
    contract: "StakeRegistry",
    what: "judges, for ever",
    expected: Object.keys(JUDGES).join(", "),
    found: holds ? "these and no others" : found.join(" ") || "none found in Ignition's journal",
    holds,
  };
}

const same = (found: string, expected: string): boolean =>
  isAddress(found) && isAddress(expected) ? getAddress(found) === getAddress(expected) : found === expected;

function print(rows: readonly Row[]): void {
  const width = (part: "contract" | "what" | "expected"): number => Math.max(...rows.map((row) => row[part].length));
  const [first, second, third] = [width("contract"), width("what"), width("expected")];
  console.log(
    styleText("bold", `   ${"contract".padEnd(first)}  ${"what".padEnd(second)}  ${"expected".padEnd(third)}  found`),
  );
  for (const { contract, what, expected, found, holds } of rows) {
    const mark = holds ? styleText("green", "✓") : styleText("red", "✗");
    console.log(` ${mark} ${contract.padEnd(first)}  ${what.padEnd(second)}  ${expected.padEnd(third)}  ${found}`);
  }
  const wrong = rows.filter(({ holds }) => !holds).length;
  console.log(
    wrong === 0
      ? "\nThe deployment is what it says."
      : `\n${wrong} of ${rows.length} differ. Do not use this deployment.`,
  );
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const options = { rpc: text, deployment: text, parameters: text, json: { type: "boolean" } } as const;
  const { values } = readFlags({ usage: USAGE, config: { options } });
  const rpc = values.rpc ?? process.env["LLOOM_RPC_URL"] ?? "http://127.0.0.1:8545";
  const parameterFile = values.parameters ?? join(ROOT, "ignition/parameters/local.json5");
  if (!existsSync(parameterFile))
    refuse(`There is no file ${parameterFile}.`, "Give --parameters a file such as those in ignition/parameters.");
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
    const expectations = expectationsOf(deployment.addresses, readParameters(parameterFile));
    const rows: Row[] = [];
    for (const [contract, address] of deployment.addresses) {
      rows.push(await checkCode(provider, contract, address));
      for (const expectation of expectations.filter((one) => one.contract === contract))
        rows.push(await checkView(provider, address, expectation));
    }
    rows.push(await checkJudges(provider, deployment));
    const named = new Set(expectations.map(({ contract }) => contract));
    const missing = [...named].filter((contract) => !deployment.addresses.has(contract));
    for (const contract of missing)
      rows.push({ contract, what: "deployed", expected: "yes", found: "not in the deployment", holds: false });
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
  console.error(explain(thrown));
  process.exitCode = 1;
}
