import { type Program, runNode, untilPrinted } from "../processes.ts";
import { liarOf } from "./cast.ts";
import { LIES, type ToldDeeds } from "./liar.ts";
import { LIARS_STAKE, seat } from "./seat.ts";
import type { Stage } from "./stage.ts";

/** Offers that keys without a coin flooded. */
export interface Flooded {
  readonly gossiped: number;
  /** In answer to whoever asked. */
  readonly told: number;
  /** Hosts that it went through: those that everybody has banned were replaced. */
  readonly opened: number;
}

/** A process of an attacker; killed, if it has not stopped by then. */
export interface Rogue<Told> extends Disposable {
  readonly pid: number;
  /** Asks it to end, and hears what it did. */
  readonly stop: () => Promise<readonly Told[]>;
}

const READY_MS = 300_000;

/** Five executors with a stake that lie in five ways. They see the chain past what is flaky. */
export async function startLiars({ chain, devnet }: Stage, seed: number): Promise<Rogue<ToldDeeds>> {
  const { accounting } = devnet.deployment;
  await Promise.all(LIES.map((lie) => seat({ chain, accounting }, { stake: LIARS_STAKE }, liarOf(seed, lie))));
  return start("liars", [chain.rpcUrl, accounting, devnet.bootstrap, String(seed)]);
}

/** A thousand keys without a coin that flood offers. */
export const startFlood = ({ devnet }: Stage, seed: number): Promise<Rogue<Flooded>> =>
  start("flood", [String(devnet.chainId), devnet.deployment.accounting, devnet.bootstrap, String(seed)]);

async function start<Told>(name: string, args: readonly string[]): Promise<Rogue<Told>> {
  const program = runNode({ args: [`test/support/attack/${name}-process.ts`, ...args] });
  try {
    await untilPrinted(program, "ready", READY_MS);
  } catch (thrown) {
    program.signal("SIGKILL");
    throw thrown;
  }
  return { pid: program.pid, stop: () => stop(program), [Symbol.dispose]: () => program.signal("SIGKILL") };
}

async function stop<Told>(program: Program): Promise<Told[]> {
  program.signal("SIGINT");
  const { code, stdout, stderr } = await program.ended;
  if (code !== 0) throw new Error(`A rogue ended with ${code}:\n${stderr}`);
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Told);
}
