import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HARDHAT } from "../../checkout/paths.ts";
import { startChain, type TestChain } from "../support/chain.ts";
import { type Ended, runNode } from "../support/processes.ts";

const stack = new AsyncDisposableStack();
const home = mkdtempSync(join(tmpdir(), "lloom-deploy-settings-"));
const KEY = `0x${"ab".repeat(32)}`;
/** No chain listens there. */
const NO_CHAIN = "http://127.0.0.1:1/SECRETKEY0123";
let chain: TestChain;

beforeAll(async () => {
  chain = stack.use(await startChain());
  stack.defer(() => rmSync(home, { recursive: true, force: true }));
});
afterAll(() => stack.disposeAsync());

interface Settings {
  readonly rpc?: string | undefined;
  readonly key?: string | undefined;
  readonly network?: string;
}

const check = ({ rpc, key, network = "sepolia" }: Settings): Promise<Ended> =>
  runNode({
    args: [HARDHAT, "ignition", "deploy", "ignition/modules/Lloom.ts", "--check", "--network", network],
    // Hardhat adds its stack traces where CI is set, and has a keystore in the user's home.
    env: { LLOOM_RPC_URL: rpc, LLOOM_DEPLOYER_KEY: key, XDG_CONFIG_HOME: home, CI: undefined },
  }).ended;

describe("a setting of a deployment", { timeout: 300_000 }, () => {
  it.each<readonly [string, Settings, RegExp]>([
    ["no server", { key: KEY }, /^LLOOM_RPC_URL is not set\.\n\n.*keystore set LLOOM_RPC_URL/],
    [
      "a server that is not there",
      { rpc: NO_CHAIN, key: KEY },
      /^No chain answers at the address of sepolia\.\n\nStart/,
    ],
    ["one on this machine", { rpc: NO_CHAIN, network: "localhost" }, /^No chain answers at the address of localhost\./],
    ["a server of another kind", { rpc: "wss://rpc.example/SECRETKEY0123", key: KEY }, /^LLOOM_RPC_URL is no http/],
    ["no address at all", { rpc: "me:SECRETKEY0123@rpc", network: "localhost" }, /^LLOOM_RPC_URL is no http/],
    [
      "a key that is none",
      { rpc: NO_CHAIN, key: "SECRETKEY0123" },
      /^LLOOM_DEPLOYER_KEY is no private key\.\n\n.*64 hex/,
    ],
    [
      "the same, there",
      { rpc: NO_CHAIN, key: "SECRETKEY0123", network: "localhost" },
      /^LLOOM_DEPLOYER_KEY is no priv/,
    ],
  ])("is told by its name and never by its value when it is wrong: %s", async (_, settings, sentence) => {
    const { code, stdout, stderr } = await check(settings);
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/Nothing was deployed\.\n$/);
    expect(code).toBe(1);
    expect(stdout + stderr).not.toMatch(/SECRETKEY0123|HHE\d|^ {4}at /m);
  });

  it("is looked at on a development chain, too, and what was found is said", async () => {
    const { code, stdout } = await check({ rpc: chain.rpcUrl, network: "localhost" });
    expect(code).toBe(0);
    expect(stdout).toMatch(/✓ chain +a development chain \(31337\)/);
    expect(stdout).toMatch(/✓ balance +0x[0-9a-f]{40} has \d+(\.\d+)? ether/);
  });
});
