import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../../checkout/paths.ts";

/**
 * Foundry's forge, fetched through npm when it is needed: it knows branches, which Hardhat's coverage does not. It is not in
 * the lock file because its newest platform packages are not on every registry.
 */
const FORGE_PACKAGE = "@foundry-rs/forge@1.7.1";
const solcPath = createRequire(import.meta.url).resolve("solc");
const OUTPUT_BYTES = 256 * 1024 * 1024;
/** Far longer than all tests take. */
const RUN_TIMEOUT_MS = 20 * 60_000;
/** Compiling ends by itself, however long it takes on a machine that has more to do. */
const NO_TIMEOUT = 0;

const SETTINGS = `[profile.default]
src = "contracts"
test = "test/contracts"
libs = ["node_modules"]
remappings = ["@openzeppelin/contracts/=node_modules/@openzeppelin/contracts/"]
allow_paths = ["${ROOT}"]
solc = "./solc"
offline = true
evm_version = "osaka"
via_ir = true
optimizer = false
bytecode_hash = "none"
code_size_limit = 1000000
fs_permissions = [{ access = "read", path = "protocol/vectors" }, { access = "read", path = "out" }]
[profile.default.optimizer_details]
yul = true
[profile.default.optimizer_details.yulDetails]
stackAllocation = true
optimizerSteps = "u"
[profile.default.fuzz]
runs = 32
seed = "0x1100"
[profile.default.invariant]
runs = 8
depth = 40
fail_on_revert = true
`;

/**
 * The lock file's compiler in the shape of the command that forge calls. Forge asks for interfaces again at each start,
 * since they leave no bytecode; loading the compiler for them would take longer than most tests, so answers are kept.
 */
const solcCommand = (version: string, answers: string): string => `#!${process.execPath}
const { createHash } = require("node:crypto");
const { existsSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
if (process.argv.includes("--version")) {
  console.log("solc, the solidity compiler commandline interface\\nVersion: ${version}");
} else {
  const input = readFileSync(0, "utf8");
  const kept = ${JSON.stringify(answers)} + "/" + createHash("sha256").update(input).digest("hex");
  if (!existsSync(kept)) {
    writeFileSync(kept + process.pid, require(${JSON.stringify(solcPath)}).compile(input));
    renameSync(kept + process.pid, kept);
  }
  process.stdout.write(readFileSync(kept));
}
`;

/** What a run of forge came to. */
export interface ForgeRun {
  readonly ok: boolean;
  readonly timedOut: boolean;
  /** Both streams. */
  readonly output: string;
}

interface ExecFailure {
  readonly stdout: string;
  readonly stderr: string;
  readonly killed: boolean;
}

/**
 * A Foundry project in a temporary folder: copies of contracts and tests, to be changed at will. Removed when disposed. One
 * forge at a time: each start writes the list of what is compiled, and two that write it compile everything again.
 */
export class ForgeProject implements Disposable {
  readonly dir = mkdtempSync(join(tmpdir(), "lloom-forge-"));
  readonly #forge = findForge();
  readonly #answers: string;

  /** What the compiler answers is kept in `answers`, for the next project that asks the same; or as long as this one lives. */
  constructor(answers?: string) {
    this.#answers = answers ?? join(this.dir, "answers");
    mkdirSync(this.#answers, { recursive: true });
    for (const folder of ["contracts", "test/contracts", "protocol/vectors"])
      cpSync(join(ROOT, folder), join(this.dir, folder), { recursive: true });
    symlinkSync(join(ROOT, "node_modules"), join(this.dir, "node_modules"));
    writeFileSync(join(this.dir, "foundry.toml"), SETTINGS);
    writeFileSync(join(this.dir, "solc"), solcCommand(solcVersion(), this.#answers), { mode: 0o755 });
    mkdirSync(join(this.dir, "out"));
  }

  /** The project once more with all that it has compiled, so that a second forge can run beside the first. */
  copy(): ForgeProject {
    const copy = new ForgeProject(this.#answers);
    for (const folder of ["contracts", "test", "out", "cache"])
      cpSync(join(this.dir, folder), join(copy.dir, folder), { recursive: true, preserveTimestamps: true });
    return copy;
  }

  /** Paths of the Solidity files below a folder of the project, relative to it. */
  sources(folder: string): string[] {
    return readdirSync(join(this.dir, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".sol"))
      .map((path) => join(folder, path))
      .sort();
  }

  /** Compiles contracts and tests. Throws with what the compiler said. */
  async build(): Promise<void> {
    const { ok, output } = await this.run(["build"], {}, NO_TIMEOUT);
    if (!ok) throw new Error(output);
  }

  /** Runs forge; a failing run is a result, not an error. One that takes longer than `timeoutMs` is ended. */
  async run(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    timeoutMs = RUN_TIMEOUT_MS,
  ): Promise<ForgeRun> {
    try {
      const { stdout, stderr } = await promisify(execFile)(this.#forge, args, {
        cwd: this.dir,
        env: { ...process.env, ...env, NO_COLOR: "1", FORCE_COLOR: undefined },
        maxBuffer: OUTPUT_BYTES,
        timeout: timeoutMs,
      });
      return { ok: true, timedOut: false, output: stdout + stderr };
    } catch (thrown) {
      const { stdout = "", stderr = "", killed = false } = thrown as Partial<ExecFailure>;
      return { ok: false, timedOut: killed, output: stdout + stderr };
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** As the native compiler says it. */
function solcVersion(): string {
  const solc = createRequire(import.meta.url)("solc") as { readonly version: () => string };
  return solc.version().replace(".Emscripten.clang", ".Linux.g++");
}

/** Path of forge's program in npm's cache, fetched if it is not there. Its start script would hide its exit code. */
function findForge(): string {
  const printPath = ["--", "node", "-p", "process.env.PATH"];
  try {
    const path = execFileSync("npm", ["exec", "--yes", `--package=${FORGE_PACKAGE}`, ...printPath], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    const packages = join(path.split(delimiter)[0] ?? "", "../@foundry-rs");
    const platform = readdirSync(packages).find((name) => name.startsWith("forge-"));
    if (platform === undefined)
      throw new Error(`${FORGE_PACKAGE} has no program for ${process.platform} ${process.arch}.`);
    return join(packages, platform, "bin", process.platform === "win32" ? "forge.exe" : "forge");
  } catch (cause) {
    throw new Error(`npm cannot fetch ${FORGE_PACKAGE}: ${(cause as Error).message}`, { cause });
  }
}
