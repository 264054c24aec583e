import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { reservedFor } from "../create2.ts";
import { type ModuleName, TAKEN } from "../parameters.ts";
import { ParameterFileError, parseSections, readSections, type Sections } from "./parameter-file.ts";
import { readValues } from "./parameter-values.ts";
import { type DeployTarget, prepare } from "./prepare.ts";

interface DeployArguments {
  readonly modulePath: string;
  readonly parameters?: string;
  readonly defaultSender?: string;
  readonly deploymentId?: string;
  readonly reset?: boolean;
  readonly strategy?: string;
  readonly check?: boolean;
}

/**
 * `ignition deploy`, but first it looks: at parameters that do not fit the module, which Ignition passes over, so that a slip
 * of the hand would deploy the default for ever; and at the account, the cost and the chain, before anything is sent.
 */
const checkedDeploy: TaskOverrideActionFunction = async (taskArguments, hre, runSuper) => {
  const given = taskArguments as unknown as DeployArguments;
  try {
    const sections = check(given, hre.config.paths.ignition);
    const deployer = await prepare(hre, targetOf(given, sections));
    if (given.strategy === "create2" && deployer !== undefined) reserveSalt(hre, deployer);
  } catch (thrown) {
    if (!(thrown instanceof ExplainedError)) throw thrown;
    console.error(`${thrown.message}\n\n${thrown.next} Nothing was deployed.`);
    process.exitCode = 1;
    return null;
  }
  if (given.check === true) return null;
  return await runSuper(taskArguments);
};

function reserveSalt({ config: { ignition } }: HardhatRuntimeEnvironment, deployer: string): void {
  const salt = ignition.strategyConfig?.create2?.salt;
  if (salt !== undefined) ignition.strategyConfig = { create2: { salt: reservedFor(deployer, salt) } };
}

const targetOf = (
  { modulePath, defaultSender, deploymentId, reset, check, strategy }: DeployArguments,
  sections: Sections,
): DeployTarget => ({
  modulePath,
  sections,
  sender: defaultSender || undefined,
  deploymentId: deploymentId || undefined,
  isFresh: reset === true,
  isCheck: check === true,
  isDeterministic: strategy === "create2",
});

/** The parameters, if they fit the module. Throws a ParameterFileError. */
function check({ modulePath, parameters }: DeployArguments, folder: string): Sections {
  const module = basename(modulePath, ".ts");
  if (!isModule(module)) return {};
  const { section, needs } = TAKEN[module];
  // Ignition takes this file if it is there and no other is given.
  const unasked = join(folder, `${section}.config.json`);
  const given = parameters || (existsSync(unasked) ? unasked : undefined);
  if (given === undefined && needs.length === 0) return {};
  if (given === undefined)
    throw new ParameterFileError(
      `${module}.ts needs parameters: ${needs.join(", ")}.`,
      "Give --parameters a file such as ignition/parameters/mainnet-example.json5.",
    );
  const sections = sectionsOf(given);
  readValues({ sections, module, name: given });
  return sections;
}

const isModule = (name: string): name is ModuleName => Object.hasOwn(TAKEN, name);

/** As Ignition takes it: a file by how its name ends, else the parameters themselves. */
function sectionsOf(parameters: string): Sections {
  if (/\.json5?$/.test(parameters)) return readSections(parameters);
  if (existsSync(parameters))
    throw new ParameterFileError(
      `${parameters} is not taken for a parameter file: its name ends neither in .json nor in .json5.`,
      "Give a file such as those in ignition/parameters.",
    );
  return parseSections(parameters, "--parameters");
}

// Hardhat takes a task's action by its default export.
export default checkedDeploy;
