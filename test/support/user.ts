import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import type { Identity } from "../../node/src/wallet/identity.ts";
import { createKeystore, openKeystore } from "../../node/src/wallet/keystore.ts";
import type { TestChain, TestDeployment } from "./chain.ts";
import { type Ended, type Program, runNode } from "./processes.ts";
import { LLOOM_PROGRAM } from "./program.ts";

/** Low on purpose: these keys are worth nothing. */
const SCRYPT_N = 1 << 12;
const PASSWORD = "a-password-for-tests";
const ETHER = 10n ** 18n;

/** A line of a command's `--json` output. */
export type Told = Readonly<Record<string, unknown>>;

/** Somebody with a key, a data directory and a terminal. */
export interface User extends Disposable {
  readonly address: Address;
  readonly dataDir: string;
  readonly identity: Identity;
  /** Starts a command; its flags for chain and key are given here. */
  start(args: readonly string[], rpcUrl?: string): Program;
  /** Runs a command to its end. */
  run(args: readonly string[], rpcUrl?: string): Promise<Ended>;
  /** Runs a command with `--json` that has to succeed; its last line. */
  tell(...args: string[]): Promise<Told>;
}

export interface UserOptions {
  readonly chain: TestChain;
  readonly deployment: TestDeployment;
  /** A key that is there already. */
  readonly secret?: Uint8Array;
}

/** A user with a fresh key and 100 ether. Its files go when it is disposed of. */
export async function createUser({ chain, deployment, secret }: UserOptions): Promise<User> {
  const dataDir = mkdtempSync(join(tmpdir(), "lloom-user-"));
  mkdirSync(dataDir, { recursive: true });
  const passwordFile = join(dataDir, "password");
  writeFileSync(passwordFile, `${PASSWORD}\n`);
  const path = join(dataDir, "keystore.json");
  const given = secret === undefined ? {} : { secret };
  const { address } = await createKeystore({ path, password: PASSWORD, scryptN: SCRYPT_N, ...given });
  await chain.request("hardhat_setBalance", address, `0x${(100n * ETHER).toString(16)}`);
  const own = ["--data-dir", dataDir, "--password-file", passwordFile, "--accounting", deployment.accounting];
  const start: User["start"] = (args, rpcUrl = chain.rpcUrl) =>
    runNode({ args: [LLOOM_PROGRAM, ...args, ...own, "--rpc", rpcUrl], cwd: dataDir });
  const run: User["run"] = (args, rpcUrl) => start(args, rpcUrl).ended;
  const tell: User["tell"] = async (...args) => {
    const { code, stdout, stderr } = await run([...args, "--json"]);
    const last = stdout.trim().split("\n").at(-1) ?? "";
    if (code !== 0 || last === "") throw new Error(`lloom ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    return JSON.parse(last);
  };
  return {
    ...{ address, dataDir, start, run, tell },
    identity: await openKeystore({ path, password: PASSWORD }),
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }),
  };
}
