import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contract, hexlify, type JsonRpcProvider, keccak256, Wallet } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HARDHAT, LLOOM, ROOT } from "../../checkout/paths.ts";
import { generatedBook, type NetworkEntry } from "../../ignition/deploying/address-book.ts";
import { createKeystore } from "../../node/src/wallet/keystore.ts";
import { connect, startChain, type TestChain } from "../support/chain.ts";
import { type Deployed, matchOf } from "../support/exact-match.ts";
import { type Match, type Submission, startExplorer } from "../support/explorer-server.ts";
import { eventually, type Program, runNode } from "../support/processes.ts";
import { openPublicRpc, type PublicRpc } from "../support/public-rpc.ts";

const SEPOLIA = 11_155_111;
const ID = `public-${process.pid}`;
const FOLDER = join(ROOT, "ignition/deployments", ID);
const PARAMETERS = "ignition/parameters/sepolia.json5";
const BLOCK_MS = 100;
/** What ships, with explorers of this test, and a chain that is looked at as often as its blocks come. */
const CONFIG = "test/support/staged.config.ts";
const BEGUN_MS = 600_000;
/**
 * Etherscan and Blockscout get them from Hardhat's plugin, which names libraries in the compiler's settings, and leaves
 * remappings out of sources that need none. Both stand in the metadata of what it hands in, and not in that of the code, so
 * that the code itself is found the same, and only the hash not.
 */
const INEXACT: ReadonlySet<string> = new Set(["AccountingV2", "Channels", "Arbitrator"]);
/** Compiled although its hash is proof. */
const COMPILED: ReadonlySet<string> = new Set(["Collector"]);
type Environment = Readonly<Record<string, string | undefined>>;
const UNANSWERED: Environment = { HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: undefined };
const seed = Number(process.env["SEED"] ?? randomInt(2 ** 31));

describe(`npx hardhat ignition deploy to a public chain (SEED=${seed})`, () => {
  const stack = new AsyncDisposableStack();
  let chain: TestChain;
  let rpc: PublicRpc;
  let home: string;
  let key: string;
  let provider: JsonRpcProvider;

  const hardhat = (args: readonly string[], env: Environment = {}, network = "sepolia"): Program =>
    runNode({
      args: [HARDHAT, "--config", CONFIG, ...args, "--network", network],
      env: {
        LLOOM_RPC_URL: rpc.rpcUrl,
        LLOOM_DEPLOYER_KEY: key,
        HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "1",
        XDG_CONFIG_HOME: home,
        CI: undefined,
        ...env,
      },
    });
  const deploy = (env?: Environment, ...more: readonly string[]): Program =>
    hardhat(
      ["ignition", "deploy", "ignition/modules/Lloom.ts", "--parameters", PARAMETERS, "--deployment-id", ID, ...more],
      env,
    );
  const journal = (): string[] => {
    const file = join(FOLDER, "journal.jsonl");
    return existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  };
  const addresses = (): Record<string, string> =>
    JSON.parse(readFileSync(join(FOLDER, "deployed_addresses.json"), "utf8"));
  const nonce = (): Promise<number> => provider.getTransactionCount(chain.accounts[0]?.address ?? "");
  const creations = async (): Promise<Map<string, Deployed>> => {
    const hashes = journal().flatMap((line) =>
      /"TRANSACTION_CONFIRM"/.test(line) ? [String(JSON.parse(line).hash)] : [],
    );
    const found = new Map<string, Deployed>();
    for (const hash of hashes) {
      const [receipt, transaction] = [await provider.getTransactionReceipt(hash), await provider.getTransaction(hash)];
      const at = receipt?.contractAddress;
      if (at) found.set(at.toLowerCase(), { code: await provider.getCode(at), creation: transaction?.data ?? "" });
    }
    return found;
  };
  /** As if the first transaction's receipt had come after those of later ones. */
  const forgetFirstReceipt = (): void => {
    const first = journal().find((line) => line.includes('"TRANSACTION_SEND"') && line.includes('"nonce":0,'));
    const { futureId } = JSON.parse(first ?? "{}");
    const isLater = (line: string): boolean =>
      line.includes(`"${futureId}"`) && /"(TRANSACTION_CONFIRM|DEPLOYMENT_EXECUTION_STATE_COMPLETE)"/.test(line);
    const kept = journal().filter((line) => !isLater(line));
    writeFileSync(join(FOLDER, "journal.jsonl"), kept.join("\n"));
  };
  /** As if the run had been killed after a contract stood in the journal, and before it stood in the list of addresses. */
  const forgetAddresses = (): void => writeFileSync(join(FOLDER, "deployed_addresses.json"), "{");
  const confirmed = (): number => journal().filter((line) => line.includes('"TRANSACTION_CONFIRM"')).length;
  const expectRefusal = async (program: Program, ...said: readonly RegExp[]): Promise<void> => {
    const { code, stdout, stderr } = await program.ended;
    expect(code, stdout + stderr).toBe(1);
    for (const pattern of said) expect(stdout + stderr).toMatch(pattern);
    expect(stdout + stderr).not.toMatch(/^ {4}at /m);
    expect(existsSync(FOLDER), "nothing was begun").toBe(false);
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "lloom-public-"));
    stack.defer(() => rmSync(home, { recursive: true, force: true }));
    stack.defer(() => rmSync(FOLDER, { recursive: true, force: true }));
    chain = stack.use(await startChain({ chainId: SEPOLIA }));
    await chain.request("evm_setAutomine", false);
    await chain.request("evm_setIntervalMining", BLOCK_MS);
    provider = connect(chain.rpcUrl);
    stack.defer(() => provider.destroy());
    rpc = stack.use(await openPublicRpc(chain.rpcUrl, seed));
    key = hexlify(chain.accounts[0]?.secret ?? new Uint8Array());
  });
  afterAll(() => stack.disposeAsync());

  it("says what to do without a key, and where the server signs for nobody", async () => {
    const byServer = deploy({ LLOOM_DEPLOYER_KEY: undefined, LLOOM_DEPLOYER: "rpc" });
    const byNobody = deploy({ LLOOM_DEPLOYER_KEY: undefined });
    await expectRefusal(byNobody, /LLOOM_DEPLOYER_KEY is not set\./, /keystore set/);
    await expectRefusal(byServer, /sepolia signs for nobody, and no key is given\./, /keystore set LLOOM_DEPLOYER_KEY/);
  });

  it("refuses a server of another chain, and an account without ether", async () => {
    const elsewhere = hardhat(["ignition", "deploy", "ignition/modules/Lloom.ts", "--deployment-id", ID], {}, "base");
    const poor = Wallet.createRandom();
    const unpaid = deploy({ LLOOM_DEPLOYER_KEY: poor.privateKey });
    await expectRefusal(elsewhere, /is of chain 11155111, and --network means chain 8453\./, /Set LLOOM_RPC_URL/);
    await expectRefusal(
      unpaid,
      new RegExp(`✗ balance +${poor.address.toLowerCase()} has 0\\.0 ether`),
      /Send it at least 0\.\d+ ether\. Nothing was deployed\./,
    );
  });

  it("names the variables that answer where there is no terminal, before anything is begun", async () => {
    await expectRefusal(deploy(UNANSWERED), /no terminal to ask at/, /set HARDHAT_IGNITION_CONFIRM_DEPLOYMENT=1\./);
    await expectRefusal(deploy({}, "--reset"), /no terminal to ask at/, /set HARDHAT_IGNITION_CONFIRM_RESET=1\./);
  });

  it("tells the cost and the chain before anything is sent", async () => {
    const { code, stdout, stderr } = await deploy(UNANSWERED, "--check").ended;
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/✓ cost +about 0\.\d+ ether: [\d,]+ gas at/);
    expect(stdout).toMatch(/✓ chain +Sepolia \(11155111\)/);
    expect(existsSync(FOLDER)).toBe(false);
  });

  it("goes on where a killed run ended, and has nothing to do the next time", async () => {
    const killed = deploy();
    await eventually("three contracts are confirmed", BEGUN_MS, () => confirmed() >= 3);
    killed.signal("SIGKILL");
    await killed.ended;
    forgetFirstReceipt();
    forgetAddresses();
    const sentBefore = await nonce();
    const second = await deploy().ended;
    expect(second.code, second.stdout + second.stderr).toBe(0);
    expect(second.stdout).toMatch(/of which an earlier run has paid a part/);
    expect(sentBefore).toBeGreaterThanOrEqual(3);
    // Every contract once, and the wiring.
    expect(await nonce()).toBe(Object.keys(addresses()).length + 1);
    expect(rpc.staged.tooMany).toBeGreaterThan(5);
    expect(rpc.staged.late).toBeGreaterThan(5);
    expect(rpc.staged.lost).toBeGreaterThan(2);
    const third = await deploy().ended;
    expect([third.code, third.stdout]).toEqual([0, expect.stringMatching(/nothing new to deploy/i)]);
  });

  it("sends nothing twice after a run that ended between sending and noting", async () => {
    const sent = await nonce();
    const lines = journal();
    const noted = lines.findIndex((line) => line.includes("StakeRegistry.wire") && line.includes('"TRANSACTION_SEND"'));
    writeFileSync(join(FOLDER, "journal.jsonl"), lines.slice(0, noted).join("\n"));
    const { code, stdout, stderr } = await deploy().ended;
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/had just sent 0x\w{64}: this one goes on with it/);
    expect(await nonce()).toBe(sent);
    expect(journal()[noted]).toBe(lines[noted]);
  });

  // These two only read, and the second one mostly waits.
  it.concurrent(
    "is what the parameters say, and becomes an entry of the address book by which a node finds it",
    async () => {
      const flags = ["--rpc", rpc.rpcUrl, "--deployment", ID, "--parameters", PARAMETERS];
      const verified = await runNode({ args: ["ignition/deploy-verify.ts", ...flags] }).ended;
      expect(verified.code, verified.stdout + verified.stderr).toBe(0);
      const record = ["ignition/deploy-record.ts", ...flags, "--network", "sepolia", "--dry-run"];
      const recorded = await runNode({ args: record }).ended;
      expect(recorded.code, recorded.stdout + recorded.stderr).toBe(0);
      const entry = JSON.parse(recorded.stdout) as NetworkEntry;
      expect(entry.contracts["AccountingV2"]).toBe(addresses()["Lloom#AccountingV2"]?.toLowerCase());
      const book = join(home, "networks.ts");
      writeFileSync(book, generatedBook(new Map([["sepolia", entry]])));
      const path = join(home, "keystore.json");
      const secret = chain.accounts[1]?.secret ?? new Uint8Array();
      await createKeystore({ path, password: "a-password-for-tests", scryptN: 1 << 12, secret });
      writeFileSync(join(home, "password"), "a-password-for-tests\n");
      const own = ["--data-dir", home, "--password-file", join(home, "password"), "--rpc", rpc.rpcUrl, "--json"];
      const preload = new URL("../support/recorded-network.js", import.meta.url).href;
      const env = { RECORDED_BOOK: book, NODE_OPTIONS: `--import=${preload}` };
      const minted = await runNode({ args: [LLOOM, "faucet", "--network", "sepolia", ...own], env }).ended;
      expect(minted.code, minted.stdout + minted.stderr).toBe(0);
      const token = new Contract(
        entry.paymentToken.address,
        ["function balanceOf(address) view returns (uint256)"],
        provider,
      );
      expect(await token.getFunction("balanceOf").staticCall(chain.accounts[1]?.address)).toBe(1_000_000_000n);
    },
  );

  it.concurrent("shows explorers the sources from which its code comes, to the hash", async () => {
    const names = new Map(Object.entries(addresses()).map(([id, at]) => [at.toLowerCase(), id.split("#")[1] ?? ""]));
    const places = new Map([...names].map(([at, name]) => [name, at]));
    const deployed = await creations();
    const verdicts = new Map<string, Match>();
    const judge = async (given: Submission): Promise<Match> => {
      const key = `${given.address} ${given.constructorArguments ?? ""} ${keccak256(Buffer.from(given.input))}`;
      const contract = deployed.get(given.address.toLowerCase());
      if (contract === undefined) return { problem: "no such contract" };
      const isCompiled = COMPILED.has(names.get(given.address.toLowerCase()) ?? "");
      const match = verdicts.get(key) ?? matchOf(given, contract, { isCompiled, addresses: places });
      verdicts.set(key, match);
      return match;
    };
    await using explorer = await startExplorer(judge);
    const { code, stdout, stderr } = await hardhat(["ignition", "verify", ID], {
      EXPLORERS_OF_A_TEST: explorer.url,
      ETHERSCAN_API_KEY: "a-key",
    }).ended;
    expect(code, stdout + stderr).toBe(0);
    for (const one of ["etherscan", "blockscout", "sourcify"]) {
      const proven = explorer.submissions.filter((given) => given.explorer === one);
      expect(new Set(proven.map(({ address }) => address.toLowerCase())), one).toEqual(new Set(names.keys()));
    }
    for (const given of explorer.submissions) {
      const name = names.get(given.address.toLowerCase()) ?? "";
      const isInexact = given.explorer !== "sourcify" && INEXACT.has(name);
      expect(await judge(given), `${name} on ${given.explorer}`).toBe(isInexact ? "match" : "exact_match");
    }
    const small = explorer.submissions.find(({ address }) => names.get(address.toLowerCase()) === "Collector");
    if (small === undefined) throw new Error("the Collector was not submitted");
    const argued = { ...small, constructorArguments: `${small.constructorArguments}00` };
    expect(await judge(argued)).toEqual({ problem: "other constructor arguments" });
    const commented = { ...small, input: small.input.replace("pragma solidity", " pragma solidity") };
    expect(await judge(commented)).toBe("match");
    const changed = { ...small, input: small.input.replace("Purpose.Deposit, client", "Purpose.Stake, client") };
    expect(await judge(changed)).toEqual({ problem: expect.stringContaining("compile to other") });
  });
});
