import { readFileSync } from "node:fs";
import { type Artifact, type ArtifactResolver, DeploymentResultType, deploy } from "@nomicfoundation/ignition-core";
import { artifactPath } from "../../checkout/artifact-path.ts";
import { ExplainedError } from "../../checkout/explained-error.ts";
import { HARDHAT, ROOT } from "../../checkout/paths.ts";
import { connect } from "../../checkout/rpc.ts";
import { isShippedBuildCurrent, shippedPath } from "../../ignition/deploying/shipped-build.ts";
import Lloom from "../../ignition/modules/Lloom.ts";
import type { Supervisor } from "./supervisor.ts";

/** Addresses of a deployed network, in lower case. */
export interface Deployment {
  readonly accounting: `0x${string}`;
  readonly stakeRegistry: `0x${string}`;
  readonly equivocationDisputes: `0x${string}`;
  readonly audits: `0x${string}`;
  readonly paymentToken: `0x${string}`;
  /** First block that can hold an event of these contracts. */
  readonly startBlock: number;
}

/** Compiled contracts, found by name. */
export interface ContractsBuild {
  /** What was done, for people. */
  readonly outcome: string;
  readonly pathOf: (contract: string) => string | undefined;
}

/**
 * Whoever watches sees an epoch end, and every validator audits everybody. Traces are asked for after the epoch: in two minutes a visit's
 * questions find their place, and a cheat that one visit does not prove is found by the next within the ten minutes of its story.
 */
export const AUDITS = { auditEpochSeconds: 120n, auditOdds: 1n };

/** The chain mines each transaction at once. */
const POLL_MS = 50;

/** Takes the build that ships with the checkout; compiles only where the contracts differ from it. */
export async function buildContracts(supervisor: Supervisor): Promise<ContractsBuild> {
  if (isShippedBuildCurrent()) return { outcome: "as shipped with this checkout", pathOf: shippedPath };
  await compileContracts(supervisor);
  return { outcome: "compiled", pathOf: artifactPath };
}

/** Compiles the contracts where Hardhat finds them; quick when nothing changed. `nice` if nobody waits for it. */
export async function compileContracts(supervisor: Supervisor, { nice = false } = {}): Promise<void> {
  await supervisor.run({ name: "compile", script: HARDHAT, args: ["build", "--no-tests"], cwd: ROOT, nice });
}

/**
 * Deploys through Ignition. Its journal is not kept: on a chain that is thrown away it would take contracts of an earlier one
 * for deployed.
 */
export async function deployContracts(rpcUrl: string, build: ContractsBuild): Promise<Deployment> {
  const provider = connect(rpcUrl);
  try {
    const startBlock = (await provider.getBlockNumber()) + 1;
    const result = await deploy({
      config: { blockPollingInterval: POLL_MS },
      artifactResolver: resolver(build),
      provider: { request: ({ method, params }) => provider.send(method, [...((params as unknown[]) ?? [])]) },
      ignitionModule: Lloom,
      deploymentParameters: { Lloom: AUDITS },
      accounts: await provider.send("eth_accounts", []),
    });
    if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT)
      throw new ExplainedError(
        `The contracts were not deployed: ${JSON.stringify(result, null, 2)}.`,
        "Start again on a fresh chain.",
      );
    const { accounting, stakeRegistry, equivocationDisputes, audits, testToken } = Lloom.results;
    const at = ({ id }: { readonly id: string }): `0x${string}` =>
      (result.contracts[id]?.address ?? "").toLowerCase() as `0x${string}`;
    return {
      accounting: at(accounting),
      stakeRegistry: at(stakeRegistry),
      equivocationDisputes: at(equivocationDisputes),
      audits: at(audits),
      paymentToken: at(testToken),
      startBlock,
    };
  } finally {
    provider.destroy();
  }
}

function resolver({ pathOf }: ContractsBuild): ArtifactResolver {
  return {
    loadArtifact: async (contract) => {
      const path = pathOf(contract);
      if (path === undefined)
        throw new ExplainedError(`${contract} is not compiled.`, "Correct its name in ignition/modules.");
      return JSON.parse(readFileSync(path, "utf8")) as Artifact;
    },
    // Read only to verify sources on a block explorer.
    getBuildInfo: async () => undefined,
  };
}
