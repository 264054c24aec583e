import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, startChain } from "../../scripts/devnet/chain.ts";
import { Ports } from "../../scripts/devnet/ports.ts";
import { HARDHAT, ROOT } from "../../scripts/devnet/root.ts";
import { Supervisor } from "../../scripts/devnet/supervisor.ts";
import { type Ended, runNode } from "../support/processes.ts";

const DEPLOYMENT = `e2e-${process.pid}`;

describe("npx hardhat ignition deploy", () => {
  const stack = new AsyncDisposableStack();
  let rpcUrl: string;

  const deploy = (): Promise<Ended> =>
    runNode({
      args: [HARDHAT, "ignition", "deploy", "ignition/modules/Lloom.ts", "--network", "localhost"].concat([
        "--parameters",
        "ignition/parameters/local.json5",
        "--deployment-id",
        DEPLOYMENT,
      ]),
      env: { LLOOM_RPC_URL: rpcUrl, HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "1" },
    }).ended;

  beforeAll(async () => {
    const logs = mkdtempSync(join(tmpdir(), "lloom-e2e-"));
    stack.defer(() => rmSync(logs, { recursive: true, force: true }));
    stack.defer(() => rmSync(join(ROOT, "ignition/deployments", DEPLOYMENT), { recursive: true, force: true }));
    const supervisor = stack.use(new Supervisor(logs));
    rpcUrl = await startChain(supervisor, await stack.use(new Ports()).next(18_645), AbortSignal.timeout(60_000));
  });
  afterAll(() => stack.disposeAsync());

  it("deploys to a running chain, and the second time has nothing to do", async () => {
    const first = await deploy();
    expect(first.code, first.stdout + first.stderr).toBe(0);
    const file = join(ROOT, "ignition/deployments", DEPLOYMENT, "deployed_addresses.json");
    const addresses = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const provider = connect(rpcUrl);
    try {
      for (const address of Object.values(addresses)) expect(await provider.getCode(address)).not.toBe("0x");
    } finally {
      provider.destroy();
    }
    const contracts = [
      "AccountingV2",
      "Arbitrator",
      "Audits",
      "DeliveryDisputes",
      "DisputeManager",
      "Jury",
      "Lens",
      "MeasuredDisputes",
      "StakeRegistry",
      "TestToken",
    ];
    expect(
      Object.keys(addresses)
        .map((id) => id.split("#")[1])
        .sort(),
    ).toEqual(contracts);
    const second = await deploy();
    expect(second.code).toBe(0);
    expect(second.stdout).toMatch(/nothing new to deploy/i);
  });

  it("compares what stands on chain with the parameters", async () => {
    const verify = (parameters: string): Promise<Ended> => {
      const file = join(ROOT, "ignition/parameters", parameters);
      const args = ["--rpc", rpcUrl, "--deployment", DEPLOYMENT, "--parameters", file];
      return runNode({ args: ["scripts/deploy-verify.ts", ...args] }).ended;
    };
    const right = await verify("local.json5");
    expect(right.code, right.stdout + right.stderr).toBe(0);
    expect(right.stdout).toMatch(
      /judges, for ever +DeliveryDisputes, DisputeManager, Jury, MeasuredDisputes.* +these and no others/,
    );
    const wrong = await verify("sepolia.json5");
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/✗ Audits +odds\(\) +60 +16/);
  });

  it("does not take other code for this checkout's", async () => {
    const provider = connect(rpcUrl);
    const file = join(ROOT, "ignition/deployments", DEPLOYMENT, "deployed_addresses.json");
    const { "Lloom#Lens": lens = "" } = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const code = await provider.getCode(lens);
    try {
      await provider.send("hardhat_setCode", [lens, `${code.slice(0, -2)}${code.endsWith("00") ? "01" : "00"}`]);
      const args = ["--rpc", rpcUrl, "--deployment", DEPLOYMENT, "--json"];
      const { code: exit, stdout } = await runNode({ args: ["scripts/deploy-verify.ts", ...args] }).ended;
      expect(exit).toBe(1);
      const wrong = (JSON.parse(stdout) as { holds: boolean }[]).filter(({ holds }) => !holds);
      expect(wrong).toEqual([expect.objectContaining({ contract: "Lens", found: "other code" })]);
    } finally {
      await provider.send("hardhat_setCode", [lens, code]);
      provider.destroy();
    }
  });

  it("says in a sentence that no chain answers", async () => {
    const { code, stdout, stderr } = await runNode({
      args: [HARDHAT, "ignition", "deploy", "ignition/modules/Lloom.ts", "--network", "localhost"],
      // Hardhat adds its stack traces where CI is set.
      env: { LLOOM_RPC_URL: "http://127.0.0.1:1", HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "1", CI: undefined },
    }).ended;
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(/Cannot connect to the network "localhost"/);
    expect(stdout + stderr).not.toMatch(/^ {4}at /m);
  });
});
