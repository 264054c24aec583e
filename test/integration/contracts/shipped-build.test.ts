import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { describe, expect, it } from "vitest";
import { artifactPath } from "../../../checkout/artifact-path.ts";
import { ROOT } from "../../../checkout/paths.ts";
import config from "../../../hardhat.config.ts";
import {
  isShippedBuildCurrent,
  SHIPPED,
  shippedContracts,
  shippedPath,
} from "../../../ignition/deploying/shipped-build.ts";

const SHIPPED_NAMES = readdirSync(join(ROOT, SHIPPED))
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length));

interface Compiled {
  readonly abi: unknown;
  readonly bytecode: string;
  readonly linkReferences: object;
}
const read = (path: string | undefined): Compiled => JSON.parse(readFileSync(path ?? "", "utf8")) as Compiled;

describe("the build that ships with the checkout", () => {
  it("was made from these sources; npm run generate makes it anew", () => expect(isShippedBuildCurrent()).toBe(true));

  it("holds all that a network is deployed from, libraries too, and nothing else", () =>
    expect(SHIPPED_NAMES.sort()).toEqual(shippedContracts()));

  it.each(shippedContracts())("holds what the compiler makes of %s", (contract) => {
    const [shipped, compiled] = [read(shippedPath(contract)), read(artifactPath(contract))];
    expect(shipped.abi).toEqual(compiled.abi);
    expect(shipped.bytecode).toBe(compiled.bytecode);
    expect(shipped.linkReferences).toEqual(compiled.linkReferences);
  });
});

describe("the build of this checkout", () => {
  it("is the one that deployments look for, so that they compile nothing again", async () => {
    const { solidity } = await createHardhatRuntimeEnvironment(config, {}, ROOT);
    const paths = await solidity.getRootFilePaths();
    const identities = async (buildProfile: string): Promise<string[]> => {
      const jobs = await solidity.getCompilationJobs(paths, { buildProfile, quiet: true });
      if (!jobs.success) throw new Error(jobs.formattedReason);
      return await Promise.all(
        paths.map(async (path) => (await jobs.indexedIndividualJobs.get(path)?.getBuildId()) ?? path),
      );
    };
    expect(await identities("production")).toEqual(await identities("default"));
  });
});
