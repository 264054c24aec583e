import { join } from "node:path";
import { z } from "zod";
import { HARDHAT, ROOT } from "../../checkout/paths.ts";
import type { Supervisor } from "./supervisor.ts";

const address = z.string().transform((text) => text.toLowerCase() as `0x${string}`);
const deploymentSchema = z.object({
  accounting: address,
  stakeRegistry: address,
  equivocationDisputes: address,
  audits: address,
  paymentToken: address,
  /** First block that can hold an event of these contracts. */
  startBlock: z.number(),
});
/** Addresses of a deployed network. */
export type Deployment = z.infer<typeof deploymentSchema>;

/** Compiles the contracts; quick when nothing changed. */
export async function buildContracts(supervisor: Supervisor): Promise<void> {
  await supervisor.run({ name: "compile", script: HARDHAT, args: ["build", "--no-tests"], cwd: ROOT });
}

/** Deploys through Ignition. */
export async function deployContracts(supervisor: Supervisor, rpcUrl: string, dir: string): Promise<Deployment> {
  const output = await supervisor.run({
    name: "deploy",
    script: join(ROOT, "devnet/src/deploy.ts"),
    args: [rpcUrl, join(dir, "ignition")],
    cwd: ROOT,
    env: { HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "1" },
  });
  return deploymentSchema.parse(JSON.parse(output.trim().split("\n").at(-1) ?? ""));
}
