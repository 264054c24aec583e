/** Real processes of the node in a test's world. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deposit, faucet } from "../../../node/src/chain/account/actions.ts";
import { createKeystore, openKeystore } from "../../../node/src/wallet/keystore.ts";
import { type Program, runNode, untilPrinted } from "../../support/processes.ts";
import { LLOOM_PROGRAM } from "../../support/program.ts";
import { DOLLAR, type World } from "./world.ts";

/** Of every key here. */
export const PASSWORD = "password-of-a-test";
/** Starts come one after the other, on a machine that may do much else. */
export const READY_MS = 180_000;

export interface Launching {
  readonly command: string;
  readonly more?: readonly string[];
  /** Of `keyIn`; a new and empty key unless given. */
  readonly dir?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Instead of the chain itself. */
  readonly rpcUrl?: string;
}

/** A data directory with a key of its own, which owns nothing. */
export async function keyIn(world: World): Promise<string> {
  const dir = await world.dataDir();
  writeFileSync(join(dir, "password"), PASSWORD);
  await createKeystore({ path: join(dir, "keystore.json"), password: PASSWORD, scryptN: 1 << 12 });
  return dir;
}

/** Gives the key of a data directory ether and a deposit of ten. */
export async function fund(world: World, dir: string): Promise<void> {
  const identity = await openKeystore({ path: join(dir, "keystore.json"), password: PASSWORD });
  await world.chain.request("hardhat_setBalance", identity.address, `0x${(10n ** 21n).toString(16)}`);
  await using stack = new AsyncDisposableStack();
  const { chain } = await world.join(identity, world.chain.rpcUrl, stack);
  await faucet(chain);
  await deposit(chain, 10n * DOLLAR);
}

/** Runs a command of the node; a gateway at any port. */
export async function launch(
  world: World,
  { command, more = [], dir, env = {}, rpcUrl = world.chain.rpcUrl }: Launching,
): Promise<Program> {
  const home = dir ?? (await keyIn(world));
  const flags = ["--rpc", rpcUrl, "--accounting", world.deployment.accounting, "--data-dir", home];
  // The usual one may be another test's.
  const port = command === "gateway" ? ["--port", "0"] : [];
  const args = [LLOOM_PROGRAM, command, ...more, ...port, ...flags, "--password-file", join(home, "password")];
  const program = runNode({ args, cwd: home, env });
  world.endWithIt(program);
  return program;
}

/** The same, once it is ready. */
export async function start(world: World, launching: Launching): Promise<Program> {
  const program = await launch(world, launching);
  await untilPrinted(program, "is ready", READY_MS);
  return program;
}
