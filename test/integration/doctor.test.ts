import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { stakeRegistryInterface } from "../../node/src/chain/contracts.ts";
import type { Host } from "../../node/src/p2p/host/host.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { readKeystoreAddress } from "../../node/src/wallet/keystore.ts";
import { deployLloom, startChain, type TestChain, type TestDeployment } from "../support/chain.ts";
import { startHost } from "../support/hosts.ts";
import { runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";
import { stageOpenAi } from "../support/staged-openai.ts";

const stack = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), "lloom-doctor-"));
const at = (name: string): string => join(folder, name);
const environment: Record<string, string> = {};
let chain: TestChain;
let deployment: TestDeployment;
/** Who is there to join the network through. */
let peer: Host;
beforeAll(async () => {
  chain = stack.use(await startChain());
  const { rpcUrl } = chain;
  deployment = await deployLloom(rpcUrl);
  const { accounting } = deployment;
  peer = stack.use(await startHost({ network: { chainId: 31337n, accounting } }));
  // Whoever is told to open a file corrects it: settings that are none go, and a password becomes the right one.
  writeFileSync(
    at("editor"),
    '#!/bin/sh\ncase "$1" in *.toml) : > "$1" ;; *) echo a-password-for-tests > "$1" ;; esac\n',
  );
  chmodSync(at("editor"), 0o700);
  // A password that others may read, a data directory that they may look into, a contract that is none, a variable that is no setting.
  writeFileSync(at("password"), "a-password-for-tests\n", { mode: 0o644 });
  chmodSync(at("password"), 0o644);
  mkdirSync(at("data"), { mode: 0o755 });
  chmodSync(at("data"), 0o755);
  Object.assign(environment, { LLOOM_RPC_URL: rpcUrl, LLOOM_ACCOUNTING: accounting, LLOOM_DATA_DIR: at("data") });
  Object.assign(environment, { LLOOM_PASSWORD_FILE: at("password"), LLOOM_AUDITS: `0x${"0a".repeat(20)}` });
  Object.assign(environment, { LLOOM_PRIZE: "3" });
}, 300_000);
afterAll(async () => {
  await stack.disposeAsync();
  rmSync(folder, { recursive: true, force: true });
});

interface Said {
  readonly event: string;
  readonly check?: string;
  readonly level?: string;
  readonly mend?: string;
  readonly message?: string;
}

/** Kinds of faults that were found here, each in the words of its finding without what differs from one run to another. */
const staged = new Set<string>();
const kindOf = ({ check, message = "" }: Said): string =>
  `${check}: ${message.replaceAll(/0x\w+|\/\S+|\d[\d.]*/g, "_")}`;

/** What needs no network: a whole executor is looked at in the tests of the pages. */
const HERE = "settings,keystore,logs,disk,chain,contracts,gas,stake,money";

/** As whom, and what of it. */
interface Examined {
  readonly role: "executor" | "client";
  readonly only: string;
}

async function examine({ role, only }: Examined): Promise<{ code: number | null; said: readonly Said[] }> {
  const args = [LLOOM_PROGRAM, "doctor", "--role", role, "--only", only, "--json"];
  const { code, stdout } = await runNode({ args, env: environment, cwd: folder }).ended;
  return {
    code,
    said: stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  };
}

/** Does what a finding says, as its reader would in a shell of this checkout. */
async function mend(said: string): Promise<void> {
  // A validator's address is to be put in by whoever reads this.
  const command = said.replace(/\/ip4\/VALIDATOR\S+ .*/, peer.multiaddrs()[0] ?? "");
  const [, unset, set, value = ""] = /^(?:unset (\w+)|export (\w+)=(\S+))$/.exec(command) ?? [];
  if (unset !== undefined) delete environment[unset];
  else if (set !== undefined) environment[set] = value;
  else if (command.startsWith("lloom executor ")) settle(command);
  else {
    const line = command
      .replace("npm run fund --", `"$NODE" ${join(ROOT, "devnet/fund.ts")}`)
      .replaceAll(/\blloom (stake|deposit|unlock|unbond) (\S+)/g, "lloom $1 $2 --yes")
      .replace(/\blloom unjail/, "lloom unjail --yes")
      .replaceAll(/\blloom /g, `"$NODE" ${LLOOM_PROGRAM} `);
    const env = { ...process.env, ...environment, NODE: process.execPath, EDITOR: at("editor") };
    await promisify(execFile)("sh", ["-c", line], { cwd: folder, env });
  }
}

/** An executor that is started with a flag has the same from its environment, which is what doctor looks at. */
function settle(command: string): void {
  for (const [, flag = "", value = ""] of command.matchAll(/--(\S+) (\S+)/g))
    environment[`LLOOM_${flag.replaceAll("-", "_").toUpperCase()}`] = value;
}

/** No text of this log is ever read. */
const SECRET = new Uint8Array(32).fill(1);

/** Nobody listens there. */
const SILENT = "/ip4/127.0.0.1/tcp/1";
/** A month and a day: longer than jail. */
const JAIL_SECONDS = 31 * 86_400;

/** As the judge of deliveries would, which may. */
async function jail(executor: string): Promise<void> {
  const { deliveryDisputes: judge, stakeRegistry: to } = deployment;
  await chain.request("hardhat_impersonateAccount", judge);
  await chain.request("hardhat_setBalance", judge, `0x${(10n ** 18n).toString(16)}`);
  const data = stakeRegistryInterface.encodeFunctionData("jail", [executor]);
  await chain.request("eth_sendTransaction", { from: judge, to, data });
}

const isFault = ({ level }: Said): boolean => level === "wrong" || level === "warning";

/** Looks, mends what is found, and looks again, until nothing is. Every check that found something, in its order. */
async function mendAll(examined: Examined): Promise<readonly (string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for (let round = 0; round < 5; round++) {
    const { code, said } = await examine(examined);
    const faults = said.filter(isFault);
    expect(code).toBe(faults.some(({ level }) => level === "wrong") ? 1 : 0);
    if (faults.length === 0) {
      expect(said.at(-1)).toEqual({ event: "verdict", ok: true });
      return found.toSorted();
    }
    found.push(...faults.map(({ check }) => check));
    for (const fault of faults) staged.add(kindOf(fault));
    for (const { mend: command = "" } of faults) await mend(command);
  }
  return expect.fail(`It is still not mended: ${found.join(", ")}`);
}

const lloom = (...args: string[]) =>
  runNode({ args: [LLOOM_PROGRAM, ...args, "--yes"], env: environment, cwd: folder }).ended;

describe("what doctor finds is mended by the commands that it names", { timeout: 300_000 }, () => {
  it("on a node that was never set up", async () => {
    const setUp = ["settings", "settings", "keystore", "keystore", "contracts", "gas", "stake"];
    expect(await mendAll({ role: "executor", only: HERE })).toEqual(setUp.toSorted());
  });

  it("on one that has decayed", async () => {
    // A wrong password, a keystore for everybody, a key of the file that is none, a log that is damaged, and another contract than the log's.
    writeFileSync(at("password"), "another-password\n");
    chmodSync(at("data/keystore.json"), 0o644);
    writeFileSync(at("lloom.toml"), "[executor]\npice = 1\n", { mode: 0o600 });
    writeFileSync(at("data/validator.sqlite"), "no database at all\n".repeat(300), { mode: 0o600 });
    const { LLOOM_ACCOUNTING: accounting = "" } = environment;
    const scope = `31337/${accounting}/${readKeystoreAddress(at("data/keystore.json"))}`;
    openDatabase(at("data/executor.sqlite"), { scope, cipher: createTextCipher(SECRET) })[Symbol.dispose]();
    environment["LLOOM_ACCOUNTING"] = `0x${"0b".repeat(20)}`;
    const decay = ["settings", "keystore", "keystore", "logs", "logs"];
    expect(await mendAll({ role: "executor", only: HERE })).toEqual(decay.toSorted());
    expect(environment["LLOOM_ACCOUNTING"]).toBe(accounting);
  });

  it("on one whose port is taken and whose backend lacks a model", async () => {
    await using backend = await stageOpenAi();
    const { port } = new URL(backend.url);
    const settings = {
      LLOOM_LISTEN: `/ip4/127.0.0.1/tcp/${port}`,
      LLOOM_BACKEND: backend.url,
      LLOOM_MODELS: "gone,qwen",
    };
    Object.assign(environment, settings);
    expect(await mendAll({ role: "executor", only: "ports,backend" })).toEqual(["backend", "ports"]);
    for (const name of Object.keys(settings)) delete environment[name];
  });

  it("on one whose stake leaves", async () => {
    await lloom("unbond", "all");
    expect(await mendAll({ role: "executor", only: "stake" })).toEqual(["stake", "stake"]);
  });

  it("on one in jail whose time is over", async () => {
    await jail(readKeystoreAddress(at("data/keystore.json")) ?? "0x");
    await chain.request("evm_increaseTime", JAIL_SECONDS);
    await chain.request("evm_mine");
    expect(await mendAll({ role: "executor", only: "stake" })).toEqual(["stake"]);
  });

  it("on one that nobody finds, and then on one of whose peers one is silent", async () => {
    expect(await mendAll({ role: "executor", only: "peers" })).toEqual(["peers"]);
    const [alive = ""] = peer.multiaddrs();
    expect(environment["LLOOM_BOOTSTRAP"]).toBe(alive);
    environment["LLOOM_BOOTSTRAP"] = `${SILENT},${alive}`;
    expect(await mendAll({ role: "executor", only: "peers" })).toEqual(["peers"]);
    expect(environment["LLOOM_BOOTSTRAP"]).toBe(alive);
  });

  it("on a client without a deposit, and then with money that has finished unlocking", async () => {
    expect(await mendAll({ role: "client", only: "money" })).toEqual(["money"]);
    const executor = `0x${"0e".repeat(20)}`;
    await lloom("allocate", executor, "2");
    await lloom("unlock", executor);
    await chain.request("evm_increaseTime", 86_400);
    await chain.request("evm_mine");
    expect(await mendAll({ role: "client", only: "money" })).toEqual(["money"]);
    // All of the deposit in one channel: no other executor can be paid.
    await lloom("allocate", executor, "10");
    expect(await mendAll({ role: "client", only: "money" })).toEqual(["money"]);
  });

  it("and that is of twenty different faults at least", () => {
    expect([...staged].length, [...staged].join("\n")).toBeGreaterThanOrEqual(20);
  });
});
