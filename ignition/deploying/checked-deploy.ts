import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { type ModuleName, TAKEN } from "../parameters.ts";
import { ParameterFileError, parseSections, readSections, type Sections } from "./parameter-file.ts";
import { readValues } from "./parameter-values.ts";

interface DeployArguments {
  readonly modulePath: string;
  readonly parameters?: string;
}

/**
 * `ignition deploy`, but it refuses parameters that do not fit the module. Ignition itself passes over unknown names, so that
 * a slip of the hand would deploy the default for ever.
 */
const checkedDeploy: TaskOverrideActionFunction = async (taskArguments, { config }, runSuper) => {
  try {
    check(taskArguments as unknown as DeployArguments, config.paths.ignition);
  } catch (thrown) {
    if (!(thrown instanceof ParameterFileError)) throw thrown;
    console.error(`${thrown.message}\n\n${thrown.next} Nothing was deployed.`);
    process.exitCode = 1;
    return null;
  }
  return await runSuper(taskArguments);
};

function check({ modulePath, parameters }: DeployArguments, folder: string): void {
  const module = basename(modulePath, ".ts");
  if (!isModule(module)) return;
  const { section, needs } = TAKEN[module];
  // Ignition takes this file if it is there and no other is given.
  const unasked = join(folder, `${section}.config.json`);
  const given = parameters || (existsSync(unasked) ? unasked : undefined);
  if (given !== undefined) readValues({ sections: sectionsOf(given), module, name: given });
  else if (needs.length > 0)
    throw new ParameterFileError(
      `${module}.ts needs parameters: ${needs.join(", ")}.`,
      "Give --parameters a file such as ignition/parameters/mainnet-example.json5.",
    );
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
