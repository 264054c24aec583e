import { contactsOf } from "./dht/dht-host.ts";
import { DhtNetwork } from "./dht/dht-network.ts";
import { type LookUp, MOST_SECONDS } from "./dht/look-up.ts";
import type { BenchRow } from "./rows.ts";
import { percentile } from "./serving/percentile.ts";

const SIZES = [100, 300, 1_000];
const LOOK_UPS = 20;

const startedMs = performance.now();
const say = (text: string): void =>
  void process.stderr.write(`  ${((performance.now() - startedMs) / 1000).toFixed(0).padStart(3)} s: ${text} …\n`);

/** Searches in Kademlias of several sizes, and in the last one after half of its hosts have vanished. */
export async function run(sizes: readonly number[] = SIZES): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const size of sizes) {
    say(`${size} hosts`);
    const network = new DhtNetwork();
    await network.come(size);
    say("searches");
    const before = await network.lookUps(LOOK_UPS);
    rows.push(...searchRows(network, before));
    if (size === sizes.at(-1)) rows.push(...(await churnRows(network, before)));
    network.vanish(size);
  }
  return rows;
}

/** Half of the hosts vanish, as many others come, and all sellers that are left announce themselves again. */
async function churnRows(network: DhtNetwork, before: readonly LookUp[]): Promise<BenchRow[]> {
  const half = Math.floor(network.hosts.length / 2);
  const rows = foundRows("before", before);
  const then = async (when: string, what: string, act: () => void | Promise<void>): Promise<void> => {
    say(what);
    await act();
    rows.push(...foundRows(when, await network.lookUps(LOOK_UPS)));
  };
  await then("vanished", `${half} vanish`, () => network.vanish(half));
  await then("replaced", `${half} others come`, () => network.come(half));
  await then("refreshed", "sellers announce themselves again", () => network.refresh());
  return rows;
}

function searchRows({ hosts }: DhtNetwork, done: readonly LookUp[]): BenchRow[] {
  const size = hosts.length;
  const hops = done.flatMap((one) => one.hops ?? []);
  const messages = done.map((one) => one.messages);
  const cpu = done.map(({ cpuMs }) => cpuMs);
  const contacts = hosts.reduce((sum, host) => sum + contactsOf(host), 0) / size;
  return [
    row(`hops.p50@${size}`, percentile(hops, 0.5), "hops"),
    row(`hops.p95@${size}`, percentile(hops, 0.95), "hops"),
    row(`messages.p50@${size}`, percentile(messages, 0.5), "messages"),
    row(`messages.p95@${size}`, percentile(messages, 0.95), "messages"),
    row(`cpu.p50@${size}`, percentile(cpu, 0.5), "ms"),
    row(`contacts@${size}`, contacts, "hosts"),
  ];
}

function foundRows(when: string, done: readonly LookUp[]): BenchRow[] {
  const first = done.map(({ foundS = MOST_SECONDS }) => foundS);
  const wholes = done.map(({ wholeS }) => wholeS);
  const found = done.filter(({ foundS }) => foundS !== undefined);
  const living = done.reduce((sum, one) => sum + one.living, 0);
  const named = done.reduce((sum, one) => sum + one.living + one.dead, 0);
  return [
    row(`found.${when}`, (100 * found.length) / done.length, "%"),
    row(`living.${when}`, (100 * living) / Math.max(1, named), "% of the named"),
    row(`first.p50.${when}`, percentile(first, 0.5), "s"),
    row(`first.p95.${when}`, percentile(first, 0.95), "s"),
    row(`whole.p50.${when}`, percentile(wholes, 0.5), "s"),
  ];
}

const row = (name: string, value: number, unit: string): BenchRow => ({ name, value, unit, met: true });
