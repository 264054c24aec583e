import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getVerificationInformation } from "@nomicfoundation/ignition-core";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { z } from "zod";
import { ExplainedError, explain } from "../../checkout/explained-error.ts";
import { requireSettings, settingProblem } from "./deploy-settings.ts";
import {
  handIn,
  matchOf,
  type Sources,
  type Sourcify,
  type SourcifyMatch,
  shownMatch,
  sourcifyOf,
} from "./sourcify.ts";

type Artifacts = HardhatRuntimeEnvironment["artifacts"];

/**
 * `ignition verify`, but Sourcify gets what the code was compiled from. The plugin's own submission names the libraries in the
 * compiler's settings, and leaves remappings out of sources that need none, which other explorers ask for or do not mind. Both
 * stand in the metadata, whose hash is in the code, so that Sourcify would find the code the same, and the hash not.
 */
const exactVerify: TaskOverrideActionFunction = async (taskArguments, hre, runSuper) => {
  const { deploymentId } = taskArguments as unknown as { readonly deploymentId: string };
  const { sourcify } = hre.config.verify;
  try {
    await requireSettings(hre);
    if (sourcify.enabled) await showToSourcify(hre, deploymentId);
  } catch (thrown) {
    const problem = thrown instanceof ExplainedError ? thrown : settingProblem((thrown as Error).message, thrown);
    if (problem === undefined) throw thrown;
    console.error(explain(problem));
    process.exitCode = 1;
    return null;
  }
  if (sourcify.enabled) {
    hre.config.verify.sourcify = { ...sourcify, enabled: false };
  }
  return await runSuper(taskArguments);
};

async function showToSourcify({ artifacts, config, network }: HardhatRuntimeEnvironment, id: string): Promise<void> {
  const { provider } = await network.create();
  const chainId = Number(await provider.request({ method: "eth_chainId" }));
  const sourcify = sourcifyOf(chainId, config.verify.sourcify.apiUrl);
  const builds: Builds = new Map();
  for await (const found of getVerificationInformation(join(config.paths.ignition, "deployments", id))) {
    // The plugin names what it cannot find.
    if (typeof found === "string") continue;
    const { address, contract, creationTxHash } = found;
    try {
      const sources = {
        ...(await compiledFrom(artifacts, builds, contract)),
        address,
        creationTransaction: creationTxHash,
      };
      const match = await matchAt(sourcify, sources);
      console.log(
        `Sourcify: ${contract} at ${address}: ${match === "match" ? "match, but for the hash" : "exact match"}`,
      );
    } catch (thrown) {
      console.error(`Sourcify: ${contract} at ${address}: ${explain(thrown)}`);
      process.exitCode = 1;
    }
  }
}

async function matchAt(sourcify: Sourcify, sources: Sources): Promise<SourcifyMatch> {
  const shown = await shownMatch(sourcify, sources.address);
  return shown === "exact_match" ? shown : await matchOf(sourcify, await handIn(sourcify, sources));
}

const inputSchema = z.object({
  solcLongVersion: z.string(),
  userSourceNameMap: z.record(z.string(), z.string()),
  input: z.object({ language: z.string(), sources: z.record(z.string(), z.unknown()), settings: z.unknown() }),
});
const importSchema = z.object({ nodeType: z.literal("ImportDirective"), absolutePath: z.string() });
const outputSchema = z.object({
  output: z.object({ sources: z.record(z.string(), z.object({ ast: z.object({ nodes: z.array(z.unknown()) }) })) }),
});

interface Build {
  readonly made: z.infer<typeof inputSchema>;
  /** Sources that a source imports, by its name. */
  readonly imports: ReadonlyMap<string, readonly string[]>;
}
/** By their ids: they are large, and most contracts are of one. */
type Builds = Map<string, Build>;

/** The compiler's input of a contract's build, without the sources that the contract does not need. */
async function compiledFrom(artifacts: Artifacts, builds: Builds, contract: string) {
  const { made, imports } = await buildOf(artifacts, builds, contract);
  const split = contract.lastIndexOf(":");
  const source = made.userSourceNameMap[contract.slice(0, split)] ?? "";
  const needed = new Set([source]);
  // What is added meanwhile comes after.
  for (const name of needed) for (const other of imports.get(name) ?? []) needed.add(other);
  const sources = Object.entries(made.input.sources).filter(([name]) => needed.has(name));
  return {
    contract: `${source}${contract.slice(split)}`,
    compilerVersion: `v${made.solcLongVersion}`,
    input: { ...made.input, sources: Object.fromEntries(sources) },
  };
}

async function buildOf(artifacts: Artifacts, builds: Builds, contract: string): Promise<Build> {
  const id = (await artifacts.getBuildInfoId(contract)) ?? "";
  const known = builds.get(id);
  if (known !== undefined) return known;
  const [input, output] = [await artifacts.getBuildInfoPath(id), await artifacts.getBuildInfoOutputPath(id)];
  if (input === undefined || output === undefined)
    throw new ExplainedError("This checkout has not compiled it.", "Compile: npm run build:contracts");
  const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
  const { sources } = outputSchema.parse(read(output)).output;
  const imports = Object.entries(sources).map(([name, { ast }]) => [name, ast.nodes.flatMap(importOf)] as const);
  const build = { made: inputSchema.parse(read(input)), imports: new Map(imports) };
  builds.set(id, build);
  return build;
}

const importOf = (node: unknown): string[] => {
  const { success, data } = importSchema.safeParse(node);
  return success ? [data.absolutePath] : [];
};

// Hardhat takes a task's action by its default export.
export default exactVerify;
