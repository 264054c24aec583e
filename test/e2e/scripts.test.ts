import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatEther, toQuantity } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../checkout/rpc.ts";
import { DEVNET_ACCOUNTS } from "../../devnet/src/accounts.ts";
import { startChain } from "../../devnet/src/chain.ts";
import { Ports } from "../../devnet/src/ports.ts";
import { Supervisor } from "../../devnet/src/supervisor.ts";
import { type Ended, eventually, MARK, marked, runNode, untilPrinted } from "../support/processes.ts";

/** Somebody's, without ether. */
const ADDRESS = "0x00000000000000000000000000000000000A11cE";
/** Nothing listens on it. */
const NO_CHAIN = "http://127.0.0.1:1";
const BEGIN_MS = 300_000;

/** Folders of networks in a temporary directory. */
const runsIn = (tmp: string): string[] => readdirSync(tmp).filter((name) => name.startsWith("lloom-devnet-"));

describe("npm start, refused or cut short", () => {
  const tmp = mkdtempSync(join(tmpdir(), "lloom-refused-"));
  afterAll(() => rmSync(tmp, { recursive: true, force: true }));

  const start = (...args: string[]): Promise<Ended> =>
    runNode({ args: ["devnet/start.ts", ...args], env: { TMPDIR: tmp } }).ended;

  it.each([
    [["--bogus"], 2, /--bogus/],
    [["--rpc", "http://127.0.0.1:notaport"], 2, /^The chain's URL is no http or https address/],
    [["--rpc", "ftp://127.0.0.1"], 2, /^The chain's URL is no http or https address/],
    [["--rpc", NO_CHAIN], 1, /No chain answers at http:\/\/127\.0\.0\.1:1\./],
  ])("%j: exit code %i, a sentence, nothing begun and nothing left", async (args, expected, sentence) => {
    const { code, stdout, stderr } = await start(...args);
    expect(code).toBe(expected);
    expect(stderr).toMatch(sentence);
    expect(stdout + stderr).not.toMatch(/^ {4}at |build …/m);
    expect(runsIn(tmp)).toEqual([]);
  });

  it("says by its exit code that it was interrupted before the answer, and prints no JSON line", async () => {
    const mark = randomUUID();
    const program = runNode({ args: ["devnet/start.ts", "--once", "--json"], env: { [MARK]: mark } });
    await untilPrinted(program, "chain …", BEGIN_MS);
    program.signal("SIGINT");
    const { code, stdout } = await program.ended;
    expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
    await eventually("every process is gone", 10_000, () => marked(mark).length === 0);
  });
});

describe("on a chain of one's own", () => {
  const stack = new AsyncDisposableStack();
  let rpcUrl: string;

  const fund = (...args: string[]): Promise<Ended> => runNode({ args: ["devnet/fund.ts", ...args] }).ended;

  beforeAll(async () => {
    const logs = mkdtempSync(join(tmpdir(), "lloom-e2e-"));
    stack.defer(() => rmSync(logs, { recursive: true, force: true }));
    const supervisor = stack.use(new Supervisor(logs));
    rpcUrl = await startChain(supervisor, await stack.use(new Ports()).next(18_745), AbortSignal.timeout(BEGIN_MS));
  });
  afterAll(() => stack.disposeAsync());

  it("npm start refuses a chain where an account of the devnet cannot pay for gas", async () => {
    const provider = connect(rpcUrl);
    const { address } = DEVNET_ACCOUNTS.gateway;
    const ether = await provider.getBalance(address);
    try {
      await provider.send("hardhat_setBalance", [address, "0x1"]);
      const { code, stderr } = await runNode({ args: ["devnet/start.ts", "--rpc", rpcUrl] }).ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(/0x976EA74026E726554dB657fA54763abd0C3a0aa9, .* for gateway, has 0\.0+1 ether/);
    } finally {
      await provider.send("hardhat_setBalance", [address, toQuantity(ether)]);
      provider.destroy();
    }
  });

  it("npm run fund gives a new key ether", async () => {
    const { code, stdout, stderr } = await fund(ADDRESS, "--rpc", rpcUrl);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`${ADDRESS} has 10.0 ether now.`);
    const provider = connect(rpcUrl);
    try {
      expect(formatEther(await provider.getBalance(ADDRESS))).toBe("10.0");
    } finally {
      provider.destroy();
    }
  });

  it.each([
    [[], 2, /One address is needed/],
    [["0x12"], 2, /"0x12" is not an address/],
    [[ADDRESS, "--rpc", NO_CHAIN], 1, /No chain answers/],
    [[ADDRESS, "--rpc", "nonsense"], 2, /The chain's URL is no http or https address/],
    [["--bogus"], 2, /--bogus/],
  ])("npm run fund %j: exit code %i, a sentence and the next step", async (args, expected, sentence) => {
    const { code, stdout, stderr } = await fund(...args);
    expect(code).toBe(expected);
    expect(stderr).toMatch(sentence);
    expect(stdout + stderr).not.toMatch(/^ {4}at /m);
  });
});
