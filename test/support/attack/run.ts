import type { Address } from "@lloom/protocol/commitment-types";
import type { RunningNode } from "../../../devnet/src/nodes.ts";
import { seeded } from "../../../protocol/test/seeded.ts";
import { readWithdrawable } from "../earned.ts";
import { eventually } from "../processes.ts";
import type { Asked } from "./asking.ts";
import { type Books, readBooks } from "./books.ts";
import { honestOf, liarOf } from "./cast.ts";
import { makeFlaky } from "./flaky-rpc.ts";
import { LIES, type ToldDeeds } from "./liar.ts";
import { Memory } from "./memory.ts";
import { askAll, askerOf } from "./questions.ts";
import { type Flooded, startFlood, startLiars } from "./rogues.ts";
import { openAs } from "./seat.ts";
import type { Stage } from "./stage.ts";
import { type Kill, strike } from "./strike.ts";

/** What an attack left behind. */
export interface Attacked {
  readonly asked: readonly Asked[];
  /** Processes that were peers of the network while it was attacked, each alive. */
  readonly processes: number;
  readonly kills: readonly Kill[];
  readonly deeds: readonly ToldDeeds[];
  readonly flooded: Flooded | undefined;
  /** Of a gateway and of an executor that nobody killed. */
  readonly memory: readonly Memory[];
  /** Executors that each gateway would still buy from. */
  readonly offered: readonly number[];
  readonly books: Books;
  /** Base units that each honest executor can take out two days later, by its name. */
  readonly matured: ReadonlyMap<string, bigint>;
}

/** Questions to each gateway: first, so that a process holds what it always holds, and then under attack; more if somebody has the time. */
const FIRST = 30;
const UNDER_ATTACK = Number(process.env["QUESTIONS"] ?? 250);
const KNOWN_MS = 300_000;
const CALM_MS = 120_000;
const TWO_DAYS = 2 * 86_400;

/** The whole attack on a stage, until everything honest has ended in order. */
export async function attack(stage: Stage, seed: number): Promise<Attacked> {
  const { executors, gateways, timings } = stage;
  const timed = async <T>(step: string, work: () => Promise<T>): Promise<T> => {
    const since = performance.now();
    const done = await work();
    timings.record(step, since);
    return done;
  };
  using liars = await timed("liars", () => startLiars(stage, seed));
  await timed("everybody known", () => untilKnown(stage));
  const first = await timed("first questions", () => askAll({ gateways, name: "first", count: FIRST, seed }));
  using watching = new DisposableStack();
  const memory: Memory[] = [];
  for (const node of [...gateways.slice(-1), ...executors.slice(0, 1)])
    memory.push(watching.use(await Memory.watch(node, stage.looks)));
  const storm = await timed("attack", () => rage(stage, seed, liars.pid));
  await timed("memory", async () => {
    for (const one of memory) await one.untilBack(CALM_MS);
  });
  // A process that was just looked at may have let a kept connection go: the first call on it says nothing.
  await Promise.all(gateways.map((gateway) => askerOf(gateway).untilUp()));
  const offered = await Promise.all(gateways.map((gateway) => askerOf(gateway).executors()));
  // They settle what they are owed, and the RPC is as flaky as before.
  await timed("orderly end", () => Promise.all([...gateways, ...executors].map((node) => node.process.kill("SIGINT"))));
  const deeds = await liars.stop();
  const left = await timed("books", () => account(stage, seed));
  return { ...storm, asked: [...first, ...storm.asked], memory, offered, deeds, ...left };
}

/** Until every gateway knows everybody, liars too. */
async function untilKnown({ executors, gateways }: Stage): Promise<void> {
  const all = executors.length + LIES.length;
  const known = async (): Promise<number[]> => Promise.all(gateways.map((gateway) => askerOf(gateway).executors()));
  await eventually("all gateways know all executors", KNOWN_MS, async () => (await known()).every((it) => it === all));
}

/** Flood, flaky RPC and kill -9, for as long as the questions take. */
async function rage(
  stage: Stage,
  seed: number,
  liars: number,
): Promise<Pick<Attacked, "asked" | "processes" | "kills" | "flooded">> {
  const { gate, executors, gateways } = stage;
  makeFlaky(gate, seeded(seed));
  using flood = await startFlood(stage, seed);
  const honest = [...stage.devnet.validators, ...executors, ...gateways].map((node) => node.process.pid);
  const processes = new Set([...honest, liars, flood.pid].filter(isAlive)).size;
  const kills: Kill[] = [];
  const over = new AbortController();
  const mayDie = (most: number) => (node: RunningNode) => ({ part: node.process, most });
  const victims = [...executors.slice(1).map(mayDie(1)), ...gateways.slice(0, -1).map(mayDie(2))];
  const onKill = (kill: Kill): number => kills.push(kill);
  const striking = strike(victims, { random: seeded(seed + 1), signal: over.signal, onKill });
  const asked = await askAll({ gateways, name: "attacked", count: UNDER_ATTACK, seed: seed + 2 });
  over.abort();
  await striking;
  const [flooded] = await flood.stop();
  await Promise.all(gateways.map((gateway) => askerOf(gateway).untilUp()));
  return { asked, processes, kills, flooded };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** What is written down at the end, and what it is worth two days later. */
async function account(
  { chain, devnet, executors, gateways }: Stage,
  seed: number,
): Promise<Pick<Attacked, "books" | "matured">> {
  await using own = await openAs(chain, devnet.deployment.accounting, honestOf(seed, "reader"));
  const honest = executors.map(({ address }) => address.toLowerCase() as Address);
  const payees = [...honest, ...LIES.map((lie) => liarOf(seed, lie).address)];
  const books = await readBooks({ chain: own, dir: devnet.dir, clients: gateways, executors, payees });
  await chain.request("evm_increaseTime", TWO_DAYS);
  await chain.request("evm_mine");
  const matured = new Map<string, bigint>();
  for (const { name, address } of books.executors) matured.set(name, await readWithdrawable(own, address));
  return { books, matured };
}
