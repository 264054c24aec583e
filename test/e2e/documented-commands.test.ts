import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { connect } from "../../checkout/rpc.ts";
import { type Devnet, startDevnet } from "../../devnet/src/devnet.ts";
import { documentedCommands } from "../support/documented.ts";
import { eventually } from "../support/processes.ts";
import { QUIET } from "../support/quiet-progress.ts";

/** Commands that ask before they send. The pages' readers have a terminal; this one says the same by flags. */
const ASKS = /^\.\/lloom (deposit|stake|allocate|unlock \S|withdraw|release|unbond|unjail)/;
/** How far the chain's clock is moved at a time, how often at most, and how long a validator may take to notice. */
const [CLOCK_STEP_SECONDS, MOST_MOVES, SAY_MS] = [40, 60, 8_000];
/** Commands that run until they are stopped. */
const STAYS = /^\.\/lloom (executor|gateway|validator)/;
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
  /** Whom the pages call EXECUTOR and CLIENT. */
  readonly #names: Readonly<Record<string, string>>;

  constructor(devnet: Devnet, port: number) {
    this.#devnet = devnet;
    this.#port = port;
    const [executor] = devnet.executors;
    this.#names = { EXECUTOR: executor?.address ?? "", CLIENT: devnet.gateway.address };
    writeFileSync(join(this.folder, "password"), "a-password-for-tests\n");
    for (const name of ["lloom", "package.json", "devnet", "node_modules", "node", "protocol"])
      symlinkSync(join(ROOT, name), join(this.folder, name));
  }

  /** A line of a page with this reader's own names in it. */
  line(documented: string): string {
    let line = documented
      .replaceAll(":8080", `:${this.#port}`)
      .replace(` --bootstrap ${BOOTSTRAP}`, "")
      .replace(BOOTSTRAP, this.#devnet.bootstrap);
    for (const [name, value] of Object.entries({ ...this.#names, ADDRESS: this.#address() }))
      line = line.replaceAll(new RegExp(`(?<![-\\w])${name}(?!\\w)`, "g"), value);
    if (ASKS.test(line)) line += " --yes";
    if (line.startsWith("./lloom wallet import")) line += " --import-password-file password";
    return line.startsWith("./lloom gateway") ? `${line} --port ${this.#port}` : line;
  }

  /** All that those who stay have said. */
  said = "";

  async run(documented: string): Promise<Done> {
    const line = this.line(documented);
    // One at a time, as in one terminal.
    if (STAYS.test(line)) await this.stop();
    const child = spawn("sh", ["-c", line], { cwd: this.folder, env: this.#environment(), detached: true });
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
    return { code: code ?? 0, output };
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

  #environment(): NodeJS.ProcessEnv {
    const { rpcUrl, deployment, bootstrap } = this.#devnet;
    return {
      ...process.env,
      XDG_DATA_HOME: join(this.folder, "data"),
      LLOOM_RPC_URL: rpcUrl,
      LLOOM_ACCOUNTING: deployment.accounting,
      LLOOM_BOOTSTRAP: bootstrap,
      LLOOM_AUDITS: deployment.audits,
      LLOOM_PASSWORD_FILE: join(this.folder, "password"),
    };
  }

  #address(): string {
    try {
      return `0x${JSON.parse(readFileSync(join(this.folder, "data/lloom/keystore.json"), "utf8")).address}`;
    } catch {
      return "ADDRESS";
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
  beforeAll(async () => {
    devnet = stack.use(await startDevnet({ progress: QUIET, signal: AbortSignal.timeout(600_000) }));
  });
  afterAll(() => stack.disposeAsync());

  // A key is for one role: the seller's page comes first, since the money page takes its stake out again.
  it.each([[["executor.md", "money.md"]], [["gateway.md"]]])("do what they say: %j", async (pages) => {
    await using reader = new Reader(devnet, await freePort());
    for (const page of pages) {
      await follow(reader, page);
      await reader.stop();
    }
  });

  it("have a newcomer's validator audit the network", async () => {
    await using reader = new Reader(devnet, await freePort());
    await follow(reader, "validator.md");
    const provider = connect(devnet.rpcUrl);
    try {
      // Two epochs are five minutes each: the chain's clock goes on instead, and with it come the canaries that are due.
      for (let moved = 0; !/audits? reported/.test(reader.said); moved++) {
        expect(moved, reader.said).toBeLessThan(MOST_MOVES);
        await provider.send("evm_increaseTime", [CLOCK_STEP_SECONDS]);
        await provider.send("evm_mine", []);
        const before = reader.said;
        await eventually("something is said", SAY_MS, () => reader.said !== before).catch(() => undefined);
      }
    } finally {
      provider.destroy();
    }
    expect(reader.said).toMatch(/3 executors assigned, \d+ canaries planned/);
    expect((await reader.run("./lloom status")).output).toMatch(/Audits +epoch \d+: 3 executors/);
  });
});

/** Runs every command of a page. */
async function follow(reader: Reader, page: string): Promise<void> {
  for (const command of documentedCommands(page)) {
    const { code, output } = await reader.run(command);
    const said = `${page}: ${reader.line(command)}\n${output}`;
    expect(code, said).toBe(0);
    expect(output, said).not.toContain('{"error":');
  }
}
