import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HARDHAT, ROOT } from "../../checkout/paths.ts";
import { connect } from "../../checkout/rpc.ts";
import { startChain } from "../../devnet/src/chain.ts";
import { Ports } from "../../devnet/src/ports.ts";
import { Supervisor } from "../../devnet/src/supervisor.ts";
import { startChain as startChainOf } from "../support/chain.ts";
import { type Ended, runNode } from "../support/processes.ts";

const CHAIN_MS = 300_000;
const DEPLOYMENT = `e2e-${process.pid}`;

describe("npx hardhat ignition deploy", () => {
  const stack = new AsyncDisposableStack();
  const ports = stack.use(new Ports());
  let supervisor: Supervisor;
  let rpcUrl: string;
  let logs: string;

  const deployTo = (url: string, ...rest: readonly string[]): Promise<Ended> =>
    runNode({
      args: [HARDHAT, "ignition", "deploy", "ignition/modules/Lloom.ts", "--network", "localhost", ...rest],
      env: { LLOOM_RPC_URL: url, HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "1" },
    }).ended;
  const deploy = (parameters = "ignition/parameters/local.json5", id = DEPLOYMENT): Promise<Ended> =>
    deployTo(rpcUrl, "--parameters", parameters, "--deployment-id", id);
  const addressesOf = (id: string): Record<string, string> =>
    JSON.parse(readFileSync(join(ROOT, "ignition/deployments", id, "deployed_addresses.json"), "utf8"));

  const run = (...args: readonly string[]): Promise<Ended> =>
    runNode({ args: ["ignition/deploy-verify.ts", ...args] }).ended;
  const verify = (...args: readonly string[]): Promise<Ended> =>
    run("--rpc", rpcUrl, "--deployment", DEPLOYMENT, ...args);
  const parameterFile = (text: string): string => {
    const file = join(logs, "parameters.json5");
    writeFileSync(file, text);
    return file;
  };

  beforeAll(async () => {
    logs = mkdtempSync(join(tmpdir(), "lloom-e2e-"));
    stack.defer(() => rmSync(logs, { recursive: true, force: true }));
    for (const id of [DEPLOYMENT, `${DEPLOYMENT}-one`, `${DEPLOYMENT}-other`])
      stack.defer(() => rmSync(join(ROOT, "ignition/deployments", id), { recursive: true, force: true }));
    supervisor = stack.use(new Supervisor(logs));
    rpcUrl = await startChain(supervisor, await ports.next(18_645), AbortSignal.timeout(CHAIN_MS));
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
      "Channels",
      "Collector",
      "DeliveryDisputes",
      "DisputedTails",
      "EquivocationDisputes",
      "Jury",
      "MeasuredDeposits",
      "MeasuredDisputes",
      "MeasuredEvidence",
      "MeasuredPenalties",
      "SessionSigners",
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

  it("deploys to the same addresses on two chains with --strategy create2, after other transactions", async () => {
    const fresh = await startChain(supervisor, await ports.next(18_655), AbortSignal.timeout(CHAIN_MS));
    const create2 = (url: string, id: string): Promise<Ended> =>
      deployTo(url, "--strategy", "create2", "--deployment-id", `${DEPLOYMENT}-${id}`);
    // One after the other: Ignition's list of development chains is a file of the checkout that two processes tear.
    for (const [url, id] of [[rpcUrl, "one"] as const, [fresh, "other"] as const]) {
      const ended = await create2(url, id);
      expect(ended.code, ended.stdout + ended.stderr).toBe(0);
    }
    const [one, other] = [addressesOf(`${DEPLOYMENT}-one`), addressesOf(`${DEPLOYMENT}-other`)];
    expect(one).toEqual(other);
    const before = addressesOf(DEPLOYMENT);
    expect(Object.keys(one).filter((id) => one[id] === before[id])).toEqual([]);
    const [deployer, salt] = ["f39fd6e51aad88f6f4ce6ab8827279cfffb92266", "6c6c6f6f6d"];
    const journal = readFileSync(join(ROOT, "ignition/deployments", `${DEPLOYMENT}-one`, "journal.jsonl"), "utf8");
    expect(journal).toContain(`0x${deployer}00${salt}000000000000`);
    const verified = await run("--rpc", rpcUrl, "--deployment", `${DEPLOYMENT}-one`);
    expect(verified.code, verified.stdout + verified.stderr).toBe(0);
  });

  it("says before anything is sent whether a chain has what deterministic addresses need", async () => {
    await using chain = await startChainOf({ chainId: 7_777 });
    const owner = chain.accounts[1]?.address ?? "";
    const [without, plain, named] = await Promise.all([
      deployTo(chain.rpcUrl, "--strategy", "create2", "--check"),
      deployTo(chain.rpcUrl, "--check"),
      deployTo(chain.rpcUrl, "--check", "--default-sender", owner),
    ]);
    expect(without.code).toBe(1);
    expect(without.stdout).toMatch(
      /✗ addresses +CreateX, .* is not at 0xba5E\w{36} on this chain\n +Leave out --strategy/,
    );
    expect(plain.stdout).not.toMatch(/CreateX/);
    expect([named.code, named.stderr]).toEqual([1, expect.stringMatching(/is not the first account of localhost/)]);
  });

  it("compares what stands on chain with the parameters", async () => {
    const [right, wrong] = await Promise.all([
      verify("--parameters", "ignition/parameters/local.json5"),
      verify("--parameters", "ignition/parameters/sepolia.json5"),
    ]);
    expect(right.code, right.stdout + right.stderr).toBe(0);
    expect(right.stdout).toMatch(
      /judges, for ever +DeliveryDisputes, EquivocationDisputes, Jury, MeasuredDisputes, MeasuredPenalties.* +these and no others/,
    );
    expect(wrong.code).toBe(1);
    expect(wrong.stdout).toMatch(/✗ Audits +odds\(\) +60 +16/);
    expect(right.stdout).toMatch(/✓ payment token +decimals\(\) +an answer +6\n ✓ payment token +symbol\(\) .* tUSD\n/);
  });

  it("tells apart what is stated and what is only the module's default", async () => {
    const { code, stdout } = await verify("--parameters", parameterFile('{ Lloom: { auditOdds: "16n" } }'));
    expect(code, stdout).toBe(0);
    expect(stdout).toMatch(/✓ Audits +odds\(\) +16 +16\n/);
    expect(stdout).toMatch(/· Audits +epochLength\(\) +3600 \(default\) +3600\n/);
    expect(stdout).toMatch(/· StakeRegistry +treasury\(\) +0x\w{40} \(default\) +0x\w{40}\n/);
    expect(stdout).toMatch(/· 10 values are not stated/);
  });

  it("neither deploys nor compares with a name that no module takes", async () => {
    const file = parameterFile('{ Lloom: { minimumExecutrStake: "1n" } }');
    const said = "minimumExecutrStake is unknown; did you mean minimumExecutorStake?";
    const [deployed, ...compared] = await Promise.all([
      deploy(file, `${DEPLOYMENT}-never`),
      verify("--parameters", file),
      run("--check", file),
    ]);
    expect([deployed.code, deployed.stdout, deployed.stderr]).toEqual([1, "", expect.stringContaining(said)]);
    expect(existsSync(join(ROOT, "ignition/deployments", `${DEPLOYMENT}-never`))).toBe(false);
    for (const refused of compared)
      expect([refused.code, refused.stdout, refused.stderr]).toEqual([2, "", expect.stringContaining(said)]);
  });

  it("checks a parameter file without a chain", async () => {
    const { code, stdout } = await run("--check", "ignition/parameters/mainnet-example.json5");
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ arbitrator +0x0{40} \(none\)\n/);
    expect(stdout).toMatch(/ignition\/modules\/LloomOnToken\.ts can be deployed with/);
    const nonsense = await run("--rpc", "nonsense");
    expect([nonsense.code, nonsense.stderr]).toEqual([
      2,
      expect.stringContaining("The chain's URL is no http or https address"),
    ]);
  });

  it("does not take an address without code for a token", async () => {
    const provider = connect(rpcUrl);
    const file = join(ROOT, "ignition/deployments", DEPLOYMENT, "deployed_addresses.json");
    const addresses = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const token = addresses["TestToken#TestToken"] ?? "";
    const code = await provider.getCode(token);
    try {
      await provider.send("hardhat_setCode", [token, "0x"]);
      const { code: exit, stdout } = await verify();
      expect(exit).toBe(1);
      expect(stdout).toMatch(/✗ payment token +code at 0x\w{40} +some +no code there\n/);
      expect(stdout).toMatch(/✗ payment token +decimals\(\)/);
    } finally {
      await provider.send("hardhat_setCode", [token, code]);
      provider.destroy();
    }
  });

  it("does not take other code for this checkout's", async () => {
    const provider = connect(rpcUrl);
    const file = join(ROOT, "ignition/deployments", DEPLOYMENT, "deployed_addresses.json");
    const { "Lloom#Collector": collector = "" } = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
    const code = await provider.getCode(collector);
    try {
      await provider.send("hardhat_setCode", [collector, `${code.slice(0, -2)}${code.endsWith("00") ? "01" : "00"}`]);
      const { code: exit, stdout } = await verify("--json");
      expect(exit).toBe(1);
      const wrong = (JSON.parse(stdout) as { holds: boolean }[]).filter(({ holds }) => !holds);
      expect(wrong).toEqual([expect.objectContaining({ contract: "Collector", found: "other code" })]);
    } finally {
      await provider.send("hardhat_setCode", [collector, code]);
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
    expect(stdout + stderr).toMatch(/No chain answers at the address of localhost\.\n\nStart one there/);
    expect(stdout + stderr).not.toMatch(/^ {4}at /m);
  });
});
