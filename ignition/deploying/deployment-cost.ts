import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import type { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { Sections } from "./parameter-file.ts";

/** What is tried out. */
interface Rehearsed {
  readonly modulePath: string;
  readonly sections: Sections;
  readonly isDeterministic: boolean;
}

/**
 * Gas of deploying a module, found by deploying it on a chain inside this process that ends with it. Where the parameters name
 * a token, a test token stands in for it there.
 */
export async function deploymentGas(
  hre: HardhatRuntimeEnvironment,
  { modulePath, sections, isDeterministic }: Rehearsed,
): Promise<bigint> {
  await hre.tasks.getTask("build").run({ quiet: true, noTests: true, defaultBuildProfile: "production" });
  const { default: module } = (await import(pathToFileURL(modulePath).href)) as {
    default: ReturnType<typeof buildModule>;
  };
  const rehearsal = await hre.network.create({ network: "default" });
  try {
    const { ethers, ignition } = rehearsal;
    const [deployer] = await ethers.getSigners();
    const standIn = await ethers.deployContract("TestToken", [deployer]);
    const before = await ethers.provider.getBlockNumber();
    const parameters = withToken(sections, await standIn.getAddress());
    await ignition.deploy(module, {
      parameters: parameters as Record<string, Record<string, string>>,
      strategy: isDeterministic ? "create2" : "basic",
    });
    const after = await ethers.provider.getBlockNumber();
    let gas = 0n;
    for (let number = before + 1; number <= after; number += 1) {
      const block = await ethers.provider.getBlock(number, true);
      // Not the factory, which Ignition puts on this chain first, and which is on the real one.
      if (block?.prefetchedTransactions[0]?.from === deployer?.address) gas += block?.gasUsed ?? 0n;
    }
    return gas;
  } finally {
    await rehearsal.close();
  }
}

/** Names of modules that need contracts of an earlier deployment, which a rehearsal does not have. */
const BUILDS_ON_OTHERS = new Set(["Audits"]);

/** Whether a module can be rehearsed on an empty chain. */
export const canRehearse = (modulePath: string): boolean => !BUILDS_ON_OTHERS.has(basename(modulePath, ".ts"));

/** Integers as Ignition's own files write them, `"100n"`, become integers. */
function withToken(sections: Sections, token: string): Record<string, Record<string, unknown>> {
  const value = (name: string, given: unknown): unknown => {
    if (name === "paymentToken") return token;
    const digits = typeof given === "string" ? /^(\d+)n$/.exec(given)?.[1] : undefined;
    return digits === undefined ? given : BigInt(digits);
  };
  return Object.fromEntries(
    Object.entries(sections).map(([section, values]) => [
      section,
      Object.fromEntries(Object.entries(values).map(([name, given]) => [name, value(name, given)])),
    ]),
  );
}
