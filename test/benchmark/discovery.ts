import { openBuyer, openWatcher, type Watcher } from "./discovery/bench-clients.ts";
import { choices } from "./discovery/choose-10k.ts";
import {
  ALL,
  type DiscoveryNetwork,
  REAL,
  type RealExecutor,
  say,
  startDiscoveryNetwork,
} from "./discovery/discovery-network.ts";
import { failovers } from "./discovery/failover.ts";
import { firstUsable } from "./discovery/first-usable.ts";
import { priceSeen } from "./discovery/price-seen.ts";
import { untilTrue } from "./discovery/until-true.ts";
import type { BenchRow } from "./rows.ts";
import { untilInterrupted } from "./serving/interrupted.ts";
import { median, percentile } from "./serving/percentile.ts";

/** Seconds, and milliseconds of a choice. */
const TARGETS = { first: 2, price: 5, dead: 10, failover: 0.5, choose: 1 };
const WATCHERS = 4;
const BUYERS = 3;
/** Longer than an offer stays fresh. */
const DEAD_DEADLINE_MS = 60_000;
const KNOWN_DEADLINE_MS = 120_000;

export interface DiscoveryOptions {
  /** Takes lines that are printed below the table. */
  readonly tell: (line: string) => void;
}

/** How soon clients know what changes in a network of a thousand executors. */
export async function run({ tell }: DiscoveryOptions): Promise<BenchRow[]> {
  say("choices among 10 000 offers");
  const chosen = choices();
  using interrupted = untilInterrupted();
  interrupted.failure.catch(() => undefined);
  await using stack = new AsyncDisposableStack();
  const over = new AbortController();
  const network = await startDiscoveryNetwork(stack, AbortSignal.any([interrupted.signal, over.signal]));
  stack.defer(() => over.abort());
  const { meeting, executors } = network;
  const addresses = executors.map(({ address }) => address);
  const watchers: Watcher[] = [];
  for (let number = 0; number < WATCHERS; number += 1) watchers.push(await openWatcher(meeting, stack));
  say("until everybody knows everybody");
  const known = { sinceMs: Date.now(), deadlineMs: KNOWN_DEADLINE_MS, signal: meeting.signal };
  await Promise.all(watchers.map(({ knows }) => untilTrue(() => knows(addresses), known)));
  say("cold clients");
  const first = await firstUsable(network);
  say("changed prices");
  const price = await priceSeen(network, watchers);
  const buyers = [];
  for (let number = 0; number < BUYERS; number += 1)
    buyers.push(await openBuyer(meeting, { exploration: 0, channelStep: 10_000n }, stack));
  const dead: Promise<number>[] = [];
  const failed = await failovers(network, buyers, (ended, atMs) =>
    dead.push(...outOf(network, { watchers, ended, atMs })),
  );
  say("until the dead are out");
  const out = await Promise.all(dead);
  const { refuses, silent, killed, lost, normal } = failed;
  for (const [name, seconds] of Object.entries({ refuses, silent, killed }))
    tell(
      `failover, ${name}: median ${median(seconds).toFixed(3)} s, p95 ${percentile(seconds, 0.95).toFixed(3)} s of ${seconds.length}`,
    );
  tell(`a normal answer: ${normal.toFixed(3)} s; questions without an answer: ${lost}`);
  const row = (
    name: string,
    values: readonly number[],
    [unit, target, at]: readonly [string, number, number],
  ): BenchRow => {
    const value = percentile([...values], at);
    return { name, value, unit, target, met: value <= target };
  };
  const plain = (name: string, value: number, unit: string): BenchRow => ({ name, value, unit, met: true });
  return [
    row("first.usable.p95", first, ["s", TARGETS.first, 0.95]),
    row("price.seen.p95", price, ["s", TARGETS.price, 0.95]),
    row("dead.out.p95", out, ["s", TARGETS.dead, 0.95]),
    row("failover.p95", [...refuses, ...silent, ...killed], ["s", TARGETS.failover, 0.95]),
    row("choose10k.p99", chosen, ["ms", TARGETS.choose, 0.99]),
    plain("first.usable.p50", median(first), "s"),
    plain("price.seen.p50", median(price), "s"),
    plain("dead.out.p50", median(out), "s"),
    plain("failover.p50", median([...refuses, ...silent, ...killed]), "s"),
    plain("choose10k.p50", median(chosen), "ms"),
    plain("hosts.real", REAL, "executors"),
    plain("hosts.simulated", ALL - REAL, "executors"),
  ];
}

interface Deaths {
  readonly watchers: readonly Watcher[];
  readonly ended: readonly RealExecutor[];
  readonly atMs: number;
}

/** Until each client would choose somebody dearer than one that is dead. */
function outOf(
  { executors, meeting: { signal } }: DiscoveryNetwork,
  { watchers, ended, atMs }: Deaths,
): Promise<number>[] {
  const living = executors.slice(-4).map(({ address }) => address);
  return ended.flatMap(({ address }) => {
    const among = new Set([address, ...living]);
    const until = { sinceMs: atMs, deadlineMs: DEAD_DEADLINE_MS, signal };
    return watchers.map(({ choice }) => untilTrue(() => choice(among) !== address, until));
  });
}
