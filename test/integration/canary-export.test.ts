import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { type Ended, runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";
import { createUser, type User } from "../support/user.ts";

const stack = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), "lloom-canary-key-"));
let chain: TestChain;
let deployment: TestDeployment;
let validator: User;

beforeAll(async () => {
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  chain = stack.use(await startChain());
  deployment = await deployLloom(chain.rpcUrl);
  validator = stack.use(await createUser({ chain, deployment }));
});
afterAll(() => stack.disposeAsync());

/** Runs a command with the data directory that the key was written to. */
const asKey = (...args: readonly string[]): Promise<Ended> => {
  const network = ["--rpc", chain.rpcUrl, "--accounting", deployment.accounting];
  const own = ["--data-dir", folder, "--password-file", join(validator.dataDir, "password")];
  return runNode({ args: [LLOOM_PROGRAM, ...args, ...network, ...own, "--json"], cwd: folder }).ended;
};

it("writes a canary key's keystore once, by which its money comes out to the last unit", async () => {
  const keys = ["canaries", "--canary-keys", "4"];
  const listed = (await validator.run([...keys, "--addresses"])).stdout.trim().split("\n");
  const told = await validator.tell(...keys, "--export", "2", "--to", folder);
  expect(told).toMatchObject({ event: "exported", key: 2, address: listed[2], file: join(folder, "keystore.json") });
  expect(statSync(join(folder, "keystore.json")).mode & 0o777).toBe(0o600);
  const again = await validator.run([...keys, "--export", "3", "--to", folder]);
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("never overwritten")]);

  await chain.request("hardhat_setBalance", listed[2], "0xde0b6b3a7640000");
  const steps = [["faucet"], ["deposit", "1000", "--yes"], ["withdraw", "deposit", "--to", validator.address, "--yes"]];
  for (const [command = "", ...args] of steps) {
    const { code, stdout, stderr } = await asKey(command, ...args);
    expect(code, stdout + stderr).toBe(0);
  }
  expect(await validator.tell("status")).toMatchObject({ balance: "1000000000" });
});
