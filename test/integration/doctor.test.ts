import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import { deployLloom, startChain } from "../support/chain.ts";
import { runNode } from "../support/processes.ts";
import { LLOOM_PROGRAM } from "../support/program.ts";

const stack = new AsyncDisposableStack();
const folder = mkdtempSync(join(tmpdir(), "lloom-doctor-"));
const at = (name: string): string => join(folder, name);
const environment: Record<string, string> = {};
beforeAll(async () => {
  const { rpcUrl } = stack.use(await startChain());
  const { accounting } = await deployLloom(rpcUrl);
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
}

/** What needs no network: a whole executor is looked at in the tests of the pages. */
const ONLY = "settings,keystore,logs,disk,chain,contracts,gas,stake,money";

async function examine(): Promise<{ code: number | null; said: readonly Said[] }> {
  const args = [LLOOM_PROGRAM, "doctor", "--role", "executor", "--only", ONLY, "--json"];
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
async function mend(command: string): Promise<void> {
  const [, variable] = /^unset (\w+)$/.exec(command) ?? [];
  if (variable !== undefined) {
    delete environment[variable];
    return;
  }
  const line = command
    .replace("npm run fund --", `"$NODE" ${join(ROOT, "devnet/fund.ts")}`)
    .replace(/\blloom (stake \d+)/, "lloom $1 --yes")
    .replaceAll(/\blloom /g, `"$NODE" ${LLOOM_PROGRAM} `);
  const env = { ...process.env, ...environment, NODE: process.execPath };
  await promisify(execFile)("sh", ["-c", line], { cwd: folder, env });
}

const isFault = ({ level }: Said): boolean => level === "wrong" || level === "warning";

it(
  "a node on which everything is wrong is mended by the commands that doctor names",
  { timeout: 300_000 },
  async () => {
    const found: (string | undefined)[] = [];
    for (let round = 0; round < 5; round++) {
      const { code, said } = await examine();
      const faults = said.filter(isFault);
      expect(code).toBe(faults.some(({ level }) => level === "wrong") ? 1 : 0);
      if (faults.length === 0) {
        expect(said.at(-1)).toEqual({ event: "verdict", ok: true });
        break;
      }
      found.push(...faults.map(({ check }) => check));
      for (const { mend: command = "" } of faults) await mend(command);
    }
    expect(found.toSorted()).toEqual(
      ["settings", "settings", "keystore", "keystore", "contracts", "gas", "stake"].toSorted(),
    );
  },
);
