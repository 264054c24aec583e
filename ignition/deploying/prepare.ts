import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { styleText } from "node:util";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { accountsOf, chainFacts, gasPrice, tokenFacts } from "./chain-facts.ts";
import { requireAnswers, requireSettings, settingProblem } from "./deploy-settings.ts";
import { canRehearse, deploymentGas } from "./deployment-cost.ts";
import { forgetTornInstanceList } from "./instance-list.ts";
import { forgetBareBeginning, restoreAddresses } from "./journal.ts";
import { recordLateReceipts } from "./late-receipts.ts";
import type { Sections } from "./parameter-file.ts";
import { type CheckResult, checkResultsOf, developmentResults } from "./preflight.ts";
import { recordUnrecordedSends } from "./unrecorded-sends.ts";

/** What is about to be deployed. */
export interface DeployTarget {
  readonly modulePath: string;
  readonly sections: Sections;
  /** The account that was named to deploy with. */
  readonly sender: string | undefined;
  readonly deploymentId: string | undefined;
  /** Whether an earlier deployment is forgotten. */
  readonly isFresh: boolean;
  /** Whether nothing is deployed afterwards. */
  readonly isCheck: boolean;
  /** Whether addresses follow from code and salt and not from the deployer's earlier transactions. */
  readonly isDeterministic: boolean;
}

const DEVELOPMENT_CHAIN = 31337;
const ofProcess: CheckResult = {
  verdict: "note",
  what: "chain",
  found: "inside this process, and gone with it: there is nothing to look at",
  next: "Name another with --network.",
};
/** Ignition's own default. */
const CONFIRMATIONS = 5;

/**
 * Looks at everything that a deployment depends on, and prints it, before anything is sent: the account, its balance, the cost in
 * words, the token, and whether juries and audits can rest on the chain. Throws an ExplainedError that says what stops it.
 * Returns the account that deploys, unless that is on a chain inside this process.
 */
export async function prepare(hre: HardhatRuntimeEnvironment, target: DeployTarget): Promise<string | undefined> {
  try {
    await requireSettings(hre);
    forgetTornInstanceList(hre.config.paths.cache);
    return await prepareOn(await hre.network.create(), hre, target);
  } catch (thrown) {
    throw inOurWords(thrown);
  }
}

async function prepareOn(
  connection: NetworkConnection,
  hre: HardhatRuntimeEnvironment,
  target: DeployTarget,
): Promise<string | undefined> {
  try {
    if (connection.networkConfig.type === "edr-simulated") {
      if (target.isCheck) print([ofProcess]);
      return undefined;
    }
    const deployer = await deployerOf(connection, target.sender);
    const chain = await chainFacts(connection.provider, deployer);
    if (chain.id === DEVELOPMENT_CHAIN) {
      if (target.isCheck) print(developmentResults(chain));
      return deployer;
    }
    if (!target.isCheck) requireAnswers(target);
    const folder = folderOf(hre, chain.id, target.deploymentId);
    if (!target.isFresh && !target.isCheck) {
      forgetBareBeginning(folder);
      await goOn(connection, folder, deployer);
      const confirmations = hre.config.ignition.requiredConfirmations ?? CONFIRMATIONS;
      await recordLateReceipts(connection.provider, { folder, deployer, confirmations });
      restoreAddresses(folder);
    }
    const token = target.sections["Lloom"]?.["paymentToken"];
    const results = checkResultsOf({
      chain,
      resumes: !target.isFresh && existsSync(join(folder, "journal.jsonl")),
      cost: canRehearse(target.modulePath)
        ? {
            gas: await deploymentGas(hre, { ...target, modulePath: resolve(target.modulePath) }),
            gasPriceWei: await gasPrice(connection.provider),
          }
        : undefined,
      token: typeof token === "string" ? await tokenFacts(connection.provider, token) : undefined,
      isDeterministic: target.isDeterministic,
    });
    print(results);
    return deployer;
  } finally {
    await connection.close();
  }
}

const inOurWords = (thrown: unknown): unknown => settingProblem((thrown as Error).message, thrown) ?? ofServer(thrown);

/** What a server said to a question that every server of a chain answers; an address in it may hold a key. */
function ofServer(thrown: unknown): unknown {
  if (thrown instanceof ExplainedError || !(thrown instanceof Error)) return thrown;
  if (!("code" in thrown) || typeof thrown.code !== "number") return thrown;
  const said = thrown.message.split("\n", 1)[0]?.replace(/https?:\/\/\S+/g, "its address");
  return new ExplainedError(
    `The RPC server does not say what has to be known before a deployment: ${said}`,
    "Try again later, or set LLOOM_RPC_URL to another server.",
    thrown,
  );
}

async function deployerOf(connection: NetworkConnection, sender: string | undefined): Promise<string> {
  const accounts = await accountsOf(connection.provider);
  const deployer = sender ?? accounts[0];
  const isFirst = deployer?.toLowerCase() === accounts[0]?.toLowerCase();
  if (deployer !== undefined && isFirst) return deployer;
  if (accounts.some((account) => account.toLowerCase() === deployer?.toLowerCase()))
    throw new ExplainedError(
      `${deployer} is not the first account of ${connection.networkName}, which is the one that the contracts let wire them.`,
      "Let the key or the wallet program offer that account first or alone, and leave out --default-sender.",
    );
  throw new ExplainedError(
    deployer === undefined
      ? `The RPC server of ${connection.networkName} signs for nobody, and no key is given.`
      : `Nothing here signs for ${deployer}.`,
    'Keep a key with "npx hardhat keystore set LLOOM_DEPLOYER_KEY", or set LLOOM_DEPLOYER_KEY in the environment; docs/deploy.md has the other ways.',
  );
}

const folderOf = (hre: HardhatRuntimeEnvironment, chainId: number, deploymentId: string | undefined): string =>
  join(hre.config.paths.ignition, "deployments", deploymentId ?? `chain-${chainId}`);

/** What an earlier run sent and could not note any more is waited for instead of sent again. */
async function goOn(connection: NetworkConnection, folder: string, deployer: string): Promise<void> {
  for (const hash of await recordUnrecordedSends(connection.provider, folder, deployer))
    console.log(`The earlier run ended when it had just sent ${hash}: this one goes on with it.\n`);
}

const MARKS: Readonly<Record<CheckResult["verdict"], string>> = {
  good: styleText("green", "✓"),
  note: styleText("yellow", "·"),
  stop: styleText("red", "✗"),
};

function print(results: readonly CheckResult[]): void {
  const width = Math.max(...results.map(({ what }) => what.length));
  console.log(styleText("bold", "Before anything is sent"));
  for (const { verdict, what, found, next } of results) {
    console.log(` ${MARKS[verdict]} ${what.padEnd(width)}  ${found}`);
    if (next !== undefined) console.log(`   ${" ".repeat(width)}  ${next}`);
  }
  console.log();
  const stops = results.filter(({ verdict }) => verdict === "stop");
  if (stops.length > 0)
    throw new ExplainedError(
      `${stops.map(({ what }) => what).join(", ")}: cannot be deployed so.`,
      stops[0]?.next ?? "",
    );
}
