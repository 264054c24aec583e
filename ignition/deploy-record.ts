// Writes a deployment into the address book, once it is what this checkout says: npm run deploy:record -- --network NAME
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Contract, type InterfaceAbi, ZeroAddress } from "ethers";
import { ExplainedError, explain } from "../checkout/explained-error.ts";
import { readFlags, refuse } from "../checkout/flags.ts";
import { ROOT } from "../checkout/paths.ts";
import { checkChain, connect } from "../checkout/rpc.ts";
import { refuseNoRpcUrl } from "../checkout/rpc-url.ts";
import config from "../hardhat.config.ts";
import { writeNetwork } from "./deploying/address-book.ts";
import { type RecordedDeployment, readArtifact, readDeployment } from "./deploying/deployment-files.ts";
import { rowsOf, TOKEN } from "./deploying/deployment-rows.ts";
import { readSections } from "./deploying/parameter-file.ts";
import { moduleOf, readValues } from "./deploying/parameter-values.ts";

const USAGE = `usage: npm run deploy:record -- --network NAME [OPTIONS]

Compares a deployment with this checkout and its parameters, as deploy:verify does, and writes its addresses into
ignition/networks/NAME.json, from which nodes, indexer and explorer take them (--network NAME). Commit that file.

  --network NAME      a public network of hardhat.config.ts
  --parameters FILE   what was deployed with
  --rpc URL           JSON-RPC of the chain (default: LLOOM_RPC_URL)
  --deployment ID     folder below ignition/deployments (default: chain-<id of the chain>)
  --dry-run           print the entry, write nothing
  --help              this text`;

async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const options = {
    network: text,
    parameters: text,
    rpc: text,
    deployment: text,
    "dry-run": { type: "boolean" },
  } as const;
  const { values } = readFlags({ usage: USAGE, config: { options } });
  const { network = "", parameters, rpc = process.env["LLOOM_RPC_URL"] } = values;
  const settings = config.networks?.[network];
  if (settings === undefined || network === "localhost" || !("chainId" in settings))
    refuse(`There is no public network "${network}".`, USAGE);
  if (parameters === undefined) refuse("--parameters is missing.", USAGE);
  if (rpc === undefined) refuse("--rpc is missing, and LLOOM_RPC_URL is not set.", USAGE);
  refuseNoRpcUrl(rpc);
  await checkChain(rpc);
  const provider = connect(rpc);
  try {
    const chainId = Number((await provider.getNetwork()).chainId);
    if (chainId !== settings.chainId)
      throw new ExplainedError(`The RPC server is of chain ${chainId}, not of ${network}.`, "Give the right one.");
    const deployment = readDeployment(values.deployment ?? `chain-${chainId}`);
    const contractAt = (name: string): Contract =>
      new Contract(deployment.addresses.get(name) ?? ZeroAddress, readArtifact(name).abi as InterfaceAbi, provider);
    const sections = readSections(parameters);
    const deployer = String(await contractAt("StakeRegistry").getFunction("deployer").staticCall());
    const given = readValues({ sections, module: moduleOf(sections), name: parameters, deployer });
    const differing = (await rowsOf(provider, deployment, given)).filter(({ holds }) => !holds);
    if (differing.length > 0)
      throw new ExplainedError(
        `The deployment is not what this checkout and ${parameters} say: ${differing.map(({ contract, what }) => `${contract} ${what}`).join("; ")}.`,
        "npm run deploy:verify shows every difference.",
      );
    const paymentToken = String(await contractAt("AccountingV2").getFunction("paymentToken").staticCall());
    const token = new Contract(paymentToken, TOKEN, provider);
    const [symbol, decimals] = [await token.getFunction("symbol")(), await token.getFunction("decimals")()];
    const entry = {
      chainId,
      startBlock: await firstBlock(provider, deployment),
      paymentToken: { address: paymentToken.toLowerCase(), symbol: String(symbol), decimals: Number(decimals) },
      contracts: Object.fromEntries([...deployment.addresses].map(([name, at]) => [name, at.toLowerCase()])),
    };
    if (values["dry-run"] === true) return console.log(JSON.stringify(entry));
    writeNetwork(network, entry);
    console.log(`ignition/networks/${network}.json is written. Commit it with protocol/src/generated/networks.ts.`);
  } finally {
    provider.destroy();
  }
}

/** Block of the deployment's first transaction: nothing happened to its contracts before. */
async function firstBlock(provider: ReturnType<typeof connect>, { transactions }: RecordedDeployment): Promise<number> {
  const receipts = await Promise.all(transactions.map((hash) => provider.getTransactionReceipt(hash)));
  const blocks = receipts.flatMap((receipt) => receipt?.blockNumber ?? []);
  if (blocks.length === 0)
    throw new ExplainedError(
      "No transaction of the deployment is on this chain.",
      "Give the chain that was deployed to.",
    );
  return Math.min(...blocks);
}

if (!existsSync(join(ROOT, "ignition/networks"))) refuse("This is no checkout of the repository.", "Run it in one.");
try {
  await main();
} catch (thrown) {
  console.error(explain(thrown));
  process.exitCode = 1;
}
