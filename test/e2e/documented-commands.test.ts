import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { type Devnet, startDevnet } from "../../devnet/src/devnet.ts";
import { openChain } from "../../node/src/chain/chain.ts";
import { openAudits, readRegistered } from "../../node/src/chain/reputation/audits.ts";
import { openDatabase } from "../../node/src/store/database/database.ts";
import { createTextCipher } from "../../node/src/store/database/text-cipher.ts";
import { openAuditLog } from "../../node/src/store/validator/audit-log.ts";
import type { Identity } from "../../node/src/wallet/identity.ts";
import { createKeystore, openKeystore } from "../../node/src/wallet/keystore.ts";
import { deployLloom } from "../support/chain.ts";
import { documentedCommands } from "../support/documented.ts";
import { silentLog } from "../support/hosts.ts";
import { eventually } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";
import { QUIET } from "../support/quiet-progress.ts";
import { askByTools } from "./ask-by-tools.ts";
import { buyFrom, expectEarningsArrive, expectRestComesBack } from "./pages-money.ts";

/** Commands that ask before they send. The pages' readers have a terminal; this one says the same by flags. */
const ASKS =
  /^\.\/lloom (deposit|stake|allocate|unlock \S|withdraw|release|unbond|unjail|signer (add|remove)|batch make)/;
/** How long a validator may take to do what is due. */
const DUE_MS = 120_000;
/** Before the end of an epoch the clock stops to be moved: what is due by then is asked one after the other. */
const ASKING_SECONDS = 40n;
/** Commands that run until they are stopped. */
const STAYS = /^\.\/lloom (executor|gateway|validator|mcp)/;
const PASSWORD = "a-password-for-tests";
const BOOTSTRAP = "/ip4/203.0.113.7/tcp/4001/p2p/16Uiu2HAm...";

interface Done {
  readonly code: number | null;
  readonly output: string;
}

/** The pages' reader: a folder, a key of its own, and the network that `npm start` runs. */
class Reader {
  readonly folder = mkdtempSync(join(tmpdir(), "lloom-reader-"));
  readonly #devnet: Devnet;
  readonly #port: number;
  readonly #staying: ChildProcess[] = [];
  /** Whom the pages call EXECUTOR and CLIENT, and what else a page needs. */
  readonly names: Record<string, string>;
  /** The deployment that pages call `NEW`. */
  next: Address | undefined;

  /** `startsSources`: by the checkout's own `lloom`; else by one that starts in a third of the time. */
  constructor(devnet: Devnet, port: number, { startsSources = false } = {}) {
    this.#devnet = devnet;
    this.#port = port;
    const [executor] = devnet.executors;
    this.names = { EXECUTOR: executor?.address ?? "", CLIENT: devnet.gateway.address };
    writeFileSync(join(this.folder, "password"), `${PASSWORD}\n`);
    for (const name of ["package.json", "devnet", "node_modules", "node", "protocol"])
      symlinkSync(join(ROOT, name), join(this.folder, name));
    const lloom = join(this.folder, "lloom");
    if (startsSources) symlinkSync(join(ROOT, "lloom"), lloom);
    else writeFileSync(lloom, `#!/bin/sh\nexec "${process.execPath}" "${LLOOM_PROGRAM}" "$@"\n`, { mode: 0o755 });
  }

  /** A line of a page with this reader's own names in it. */
  line(documented: string): string {
    let line = documented
      .replace("--network NEW", `--accounting ${this.next}`)
      .replaceAll(":8080", `:${this.#port}`)
      .replace(` --bootstrap ${BOOTSTRAP}`, "")
      .replace(BOOTSTRAP, this.#devnet.bootstrap);
    for (const [name, value] of Object.entries({ ...this.names, ADDRESS: this.address }))
      line = line.replaceAll(new RegExp(`(?<![-\\w])${name}(?!\\w)`, "g"), value);
    if (ASKS.test(line)) line += " --yes";
    if (line.startsWith("./lloom wallet import")) line += " --import-password-file password";
    return /^\.\/lloom (gateway|doctor)/.test(line) ? `${line} --port ${this.#port}` : line;
  }

  /** All that those who stay have said. */
  said = "";

  async run(documented: string): Promise<Done> {
    const line = this.line(documented);
    // One at a time, as in one terminal.
    if (STAYS.test(line)) await this.stop();
    const child = spawn("sh", ["-c", line], { cwd: this.folder, env: this.environment, detached: true });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
        if (STAYS.test(line)) this.said += chunk.toString();
      });
    let code: number | null | undefined;
    child.on("close", (ended) => {
      code = ended;
    });
    const isOver = (): boolean => code !== undefined || (STAYS.test(line) && output.includes("is ready"));
    await eventually(`"${line}" ends or is ready; so far: ${output}`, 120_000, isOver);
    if (code === undefined) this.#staying.push(child);
    if (code === 0 && line === "./lloom init") await this.#makeKeyQuick();
    return { code: code ?? 0, output };
  }

  /** Whoever has the keystore's password has its key. */
  readonly openKey = (): Promise<Identity> => openKeystore({ path: this.#keystore, password: PASSWORD });

  /** Every command opens the key that was made, which takes longer than the command: here the same key at a low cost. */
  async #makeKeyQuick(): Promise<void> {
    const { secret } = await this.openKey();
    rmSync(this.#keystore);
    await createKeystore({ path: this.#keystore, password: PASSWORD, secret, scryptN: 1 << 12 });
  }

  /** Ends what runs, as Ctrl-C does. */
  async stop(): Promise<void> {
    for (const child of this.#staying.splice(0)) {
      const ended = new Promise((resolve) => child.once("close", resolve));
      if (child.pid !== undefined) process.kill(-child.pid, "SIGINT");
      await ended;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** What its commands are started with. */
  get environment(): Record<string, string> {
    const { rpcUrl, deployment, bootstrap } = this.#devnet;
    return {
      ...(process.env as Record<string, string>),
      XDG_DATA_HOME: join(this.folder, "data"),
      LLOOM_RPC_URL: rpcUrl,
      LLOOM_ACCOUNTING: deployment.accounting,
      LLOOM_BOOTSTRAP: bootstrap,
      LLOOM_AUDITS: deployment.audits,
      LLOOM_PASSWORD_FILE: join(this.folder, "password"),
    };
  }

  /** Where its commands keep everything. */
  get dataDir(): string {
    return join(this.folder, "data/lloom");
  }

  get #keystore(): string {
    return join(this.dataDir, "keystore.json");
  }

  /** Of its key, once there is one. */
  get address(): Address {
    try {
      return `0x${JSON.parse(readFileSync(this.#keystore, "utf8")).address}`;
    } catch {
      return "0x";
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("the commands of the pages", { timeout: 900_000 }, () => {
  const stack = new AsyncDisposableStack();
  let devnet: Devnet;
  /** Who followed the gateway's pages, and has a deposit and channels. */
  let buyer: Reader | undefined;
  beforeAll(async () => {
    devnet = stack.use(await startDevnet({ progress: QUIET, signal: AbortSignal.timeout(600_000) }));
  });
  afterAll(() => stack.disposeAsync());

  // A key is for one role: the seller's page comes first, since the money page takes its stake out again.
  it.each([[["executor.md", "money.md"]], [["gateway.md", "agents.md", "commands.md"]]])(
    "do what they say: %j",
    async (pages) => {
      const startsSources = pages.includes("commands.md");
      const reader = stack.use(new Reader(devnet, await freePort(), { startsSources }));
      for (const page of pages) {
        await follow(reader, page, devnet);
        await reader.stop();
        if (page === "agents.md") await askByTools(reader);
      }
      if (pages.includes("gateway.md")) buyer = reader;
    },
  );

  it("move somebody to another deployment, and get everybody out of one", async () => {
    await using reader = new Reader(devnet, await freePort());
    const { accounting } = await deployLloom(devnet.rpcUrl);
    Object.assign(reader, { next: accounting });
    const before = [
      ...["./lloom init", "npm run fund -- ADDRESS", "./lloom faucet", "./lloom faucet --network NEW"],
      ...["./lloom stake 100", "./lloom deposit 10", "./lloom allocate EXECUTOR 2"],
      ...["./lloom wallet new --data-dir ./session", "./lloom signer prove ADDRESS proof.json --data-dir ./session"],
    ];
    for (const command of before) await succeed(reader, command);
    await succeed(reader, "./lloom signer add proof.json");
    await follow(reader, "migration.md");
    await reader.stop();
    expect((await reader.run("./lloom status --network NEW")).output).toMatch(/Deposit +10 [\s\S]*Stake +100 /);
    const kept = JSON.parse((await reader.run("./lloom signer list --json")).output) as {
      signers: { signer: string }[];
    };
    Object.assign(reader.names, { SESSION: kept.signers[0]?.signer, WALLET: devnet.gateway.address });
    await follow(reader, "emergencies.md");
    expect((await reader.run("./lloom signer list")).output).toMatch(/: revoked, its requests count/);
    const left = (await reader.run("./lloom status")).output;
    expect(left).toMatch(/Deposit +0 [\s\S]*Unbonding +100 /);
  });

  it("have a newcomer's validator audit the network", async () => {
    await using reader = new Reader(devnet, await freePort());
    await follow(reader, "validator.md");
    await auditOnce(reader, devnet);
    expect(reader.said).toMatch(/3 executors assigned, \d+ canaries planned/);
    expect((await reader.run("./lloom status")).output).toMatch(/Audits +epoch \d+: 3 executors/);
  });

  // The last one, since the chain's clock is moved on by a day.
  it("give a buyer the rest of its deposit back, to the unit", async () => {
    const reader = buyer ?? expect.fail("Nobody followed the gateway's pages.");
    const commands = documentedCommands("gateway.md").filter((command) => LEAVES.test(command));
    await expectRestComesBack(reader, devnet, { commands, run: (command) => succeed(reader, command, "gateway.md") });
  });
});

/** Nobody waits for two epochs of two minutes: the chain's clock is moved on to what is due next, until audits are reported. */
async function auditOnce(reader: Reader, { rpcUrl, deployment }: Devnet): Promise<void> {
  const signal = AbortSignal.timeout(10 * DUE_MS);
  await using chain = await openChain({ rpcUrl, accounting: deployment.accounting, signal, log: silentLog });
  const audits = await openAudits(chain, deployment.audits);
  const { epochSeconds } = audits;
  const moveTo = async (seconds: bigint): Promise<void> => {
    const left = seconds - (await chain.nowSeconds());
    if (left > 0n) await chain.provider.send("evm_increaseTime", [Number(left)]);
    await chain.provider.send("evm_mine", []);
  };
  const registered = () => readRegistered(audits, reader.address);
  await eventually("a chain of secrets is registered", DUE_MS, async () => (await registered()).length > 0);
  const [{ firstEpoch } = expect.fail("It is gone again.")] = await registered();
  await moveTo(firstEpoch * epochSeconds);
  await eventually("audits are drawn", DUE_MS, () => reader.said.includes("planned"));
  const end = (firstEpoch + 1n) * epochSeconds;
  await moveTo(end - ASKING_SECONDS);
  const { secret } = await reader.openKey();
  const file = join(reader.dataDir, "validator.sqlite");
  using log = openDatabase(file, { readOnly: true, cipher: createTextCipher(secret) });
  const { summary } = openAuditLog(log);
  await eventually("all canaries are judged, or the epoch is over", DUE_MS, async () => {
    // Of its log: `lloom status`, asked as often, would have most of the time.
    const [newest] = summary(1);
    return newest?.judged === newest?.canaries || (await chain.nowSeconds()) >= end;
  });
  await moveTo(end);
  await eventually("audits are reported", DUE_MS, () => /audits? reported/.test(reader.said));
}

/** How a buyer leaves, which is done when all pages of buyers are followed. */
const LEAVES = /^\.\/lloom (unlock|withdraw deposit)/;

/** Runs every command of a page; where a network is given, its gateway buys from who sells, and earnings are counted. */
async function follow(reader: Reader, page: string, devnet?: Devnet): Promise<void> {
  const commands = documentedCommands(page).filter((command) => page !== "gateway.md" || !LEAVES.test(command));
  for (const command of commands) {
    const run = () => succeed(reader, command, page);
    if (page === "executor.md" && devnet !== undefined && command === "./lloom withdraw earnings")
      await expectEarningsArrive(reader, devnet, run);
    else await run();
    if (devnet !== undefined && command.startsWith("./lloom executor --bootstrap")) await buyFrom(reader, devnet);
  }
}

async function succeed(reader: Reader, command: string, page = ""): Promise<void> {
  const { code, output } = await reader.run(command);
  const said = `${page}: ${reader.line(command)}\n${output}`;
  expect(code, said).toBe(0);
  // A page may show how a caller without an account is asked to pay.
  if (!/^HTTP\/1\.1 402 [\s\S]*^payment-required: /m.test(output)) expect(output, said).not.toContain('{"error":');
}
