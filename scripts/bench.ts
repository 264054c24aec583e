// Measures, and never judges: npm run bench lists the benchmarks, npm run bench -- NAME runs one.
import { cpus, loadavg, totalmem } from "node:os";
import { styleText } from "node:util";
import { compileChanged } from "../checkout/compile-changed.ts";
import { ExplainedError, explain } from "../checkout/explained-error.ts";
import { readFlags, refuse } from "../checkout/flags.ts";
import type { BenchRow } from "../test/benchmark/rows.ts";

interface BenchOptions {
  readonly busy: number;
  readonly profile: boolean;
  readonly minutes: number;
  readonly parallel: number;
  readonly events: number;
  readonly rows: number;
  /** Takes lines that are printed below the table. */
  readonly tell: (line: string) => void;
}

interface Benchmark {
  readonly describe: string;
  /** Lines that say what the table's comparisons are. */
  readonly legend: readonly string[];
  /** It deploys what Hardhat has compiled. */
  readonly takesArtifacts?: true;
  readonly run: (options: BenchOptions) => Promise<BenchRow[]>;
}

/** What is asked beside them. */
const FLOOR =
  "floor.…: two processes that do what a signed answer cannot do without: HTTP, signatures, synced rows, one framed message each way, no more.";

/** How the nodes run that answers are measured of. */
const SERVED = [
  "A development chain, lloom executor and lloom gateway, as processes, with durable logs and both signatures checked; backend, proxies and",
  "load generator are processes of their own on the same processors, all at the loopback. Not as usual: --concurrency 1024,",
  "--channel-step 50 (money is allocated before it is measured).",
  "--profile: a CPU profile of both, and what it says; figures are then a little worse.",
];

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  gas: {
    describe: "gas of deposits, settlements, withdrawals, disputes and audits",
    legend: [
      "reference: what an earlier contract published for a request, which moved no money.",
      "x.floor: the least that calldata, signatures, storage, calls and events of x cost; its ratio is to what x takes.",
    ],
    takesArtifacts: true,
    run: async () => (await import("../test/benchmark/gas.ts")).run(),
  },
  start: {
    describe: "seconds of npm start until the first answer, and until all of it is seen; the first and the second time",
    legend: [
      "--busy N: so many other processes compute meanwhile. Without it the targets are those of two idle processors.",
      "For a start from nothing remove artifacts, cache and web/.next first.",
    ],
    run: async ({ busy }) => (await import("../test/benchmark/start.ts")).run(busy),
  },
  verify: {
    describe: "what it takes to find each kind of cheat, how often honest nodes are found, and what evidence costs",
    legend: [
      "model, prompt, replay: canaries of audits until a dispute may be opened; N bit: weights rounded to so many; N %: of its answers;",
      "scored: the right weights score the coarse ones' texts. tokens, withhold, equivocate: answers until the cheated client's own rules",
      "act. 400 seeded courses each, drawn from 60 canaries that each node really answers in this run; cost: at lloom executor's own",
      "prices, in base units (millionths of a token), without gas. honest.calibrated and confirmed: the shipped calibration's, by real",
      "inference (lloom calibrate). border: the first token of questions that are nearly ties, other weights against 16 bits.",
      "check: by two references at once; token: with its trace, leaf and root included; reference: without. trace.N: the same by the size",
      "of the vocabulary, for any weights: divide it by what a token takes on your machine.",
    ],
    run: async () => (await import("../test/benchmark/verify.ts")).run(),
  },
  latency: {
    describe:
      "milliseconds that gateway and executor add to a call of a backend that answers at once, and to its streams",
    legend: [
      "One call at a time, 16 tokens, over kept connections: nine rounds, in each of which everybody is asked in turn. Values are medians",
      "of what a round took more than its direct calls. reference: a bare Node proxy. X.…: what X adds (nginx, Portkey where present);",
      "direct.…: the backend itself. gap: silence between two tokens that are sent 10 ms apart. X.cpu: processor time of X for an answer.",
      FLOOR,
      ...SERVED,
    ],
    run: async (options) => (await import("../test/benchmark/latency.ts")).run(options),
  },
  throughput: {
    describe: "signed answers a second at 64 in parallel, and streams that are held at once",
    legend: [
      "64 connections, 16 tokens each, five rounds of five seconds in turn; medians. reference: a bare Node proxy. errors: answers that",
      "failed, or were not the backend's text. streams: the most of 64, 125, 250, 500, 1 000 that were open at once, begun within 4 s, a",
      "token every 500 ms, without a stall: a token, the first one too, that comes 1 s late or more, or a text that is not whole. The",
      "others are asked for 1 000 alone.",
      FLOOR,
      ...SERVED,
    ],
    run: async (options) => (await import("../test/benchmark/throughput.ts")).run(options),
  },
  discovery: {
    describe:
      "how soon clients find executors, see new prices, leave the dead alone and get over a failure, at 1 000 executors",
    legend: [
      "Real: chain, contracts, the stakes of all 1 000 executors, a validator, and 24 executors with hosts and logs of their own in eight processes,",
      "which gossip as usual; 20 cold clients one after the other, four clients that watch, three that buy. Simulated: the other 976 executors'",
      "offers, signed, with a stake, told in answer to calls by two stand-ins for validators; they have no hosts and gossip nothing.",
      "first.usable: from opening the chain to a connection with the chosen executor, without the start of a process (20 clients; a simulated",
      "choice counts as one of the real). price.seen: 48 changes, four clients. dead.out: until a client would rather take somebody dearer",
      "(kill -9 of four processes with three executors each). failover: what an answer takes more than a normal one, when the chosen executor",
      "refuses or is silent, or from its kill after the choice to the answer; channels are open and first tokens were measured before.",
      "choose10k: real book and real choice, 500 choices of a client that knows a tenth of 10 000, each the best of three times.",
    ],
    run: async (options) => (await import("../test/benchmark/discovery.ts")).run(options),
  },
  dht: {
    describe: "look-ups in Kademlias of 100, 300 and 1 000 hosts, and what is left when half of the hosts vanish",
    legend: [
      "All hosts are in one process, over memory: a node's own Kademlia, records, announcements, searches, identify and Yamux; no sockets, no",
      "encryption, no gossip, keys of Ed25519. They start with the contacts that they would have after a while (20 of each distance). One in 20",
      "sells, ten the same model. hops: from contact to contact until the first record (0: one's own); compare log20 n (1.5, 1.9, 2.3) and",
      "log2 n (6.6, 8.2, 10). messages: questions of a whole search. cpu: both sides of them, with new connections. Then half of the largest",
      "vanish without a word, and half as many others come: found: searches that name a living seller within 10 s; first: until the first one;",
      "whole: until the search has asked everybody. refreshed: all living sellers have announced themselves again, as they do every ten minutes.",
      "The machine's other work makes seconds longer, and not hops, messages and shares. It takes minutes of a processor, and 4 GB.",
    ],
    run: async () => (await import("../test/benchmark/dht.ts")).run(),
  },
  rest: {
    describe: "what the network of npm start takes of a processor while nobody asks it anything",
    legend: [
      "Percent of one processor by the system's count of each process, over a minute that begins a minute and a half after the first answer and",
      "the pages; rest.cpu is all of them. supervisor: what runs the others. Helpers without a name of their own (esbuild's) are left out.",
    ],
    run: async () => (await import("../test/benchmark/rest.ts")).run(),
  },
  soak: {
    describe: "answers without a pause: memory, its growth, and whether anything is lost or paid twice",
    legend: [
      "--parallel (64 unless given), 16 tokens each, for --minutes (5 unless given); memory is looked at every ten seconds, its growth after the first",
      "quarter (the larger of both). Then both are stopped, which settles, and all answers are compared: lost: came through and in no log of",
      "the gateway, or not as the executor signed it. paidTwice, unpaid: by the chain, beyond and below the lanes' last receipts.",
      ...SERVED,
    ],
    run: async (options) => (await import("../test/benchmark/soak.ts")).run(options),
  },
  indexer: {
    describe:
      "events a second that an index reads, its lag and its answers, on both databases; whether every table is right",
    legend: [
      "A history of --events settled pairs (10 000) and more by all contracts, of a seed; lanes settle in batches of 64. cold: from the chain;",
      "cached: again into other tables, from what the database keeps of the chain. reference: the logs alone, by eth_getLogs of the same server.",
      "From the first block until all of the past is indexed, without the start of the process; cpu is with it. Chain and server are in this",
      "process. lag: 30 blocks, looked for once a second. graphql: the saved queries of indexer/queries, one at a time; postgres.N: with N rows",
      "(--rows, 1 000 000) in the table of settlements, copies that are put there past the index. Every table is compared with what the logs",
      "alone come to. 200 000 events take an hour.",
    ],
    takesArtifacts: true,
    run: async (options) => (await import("../test/benchmark/indexer.ts")).run(options),
  },
  explorer: {
    describe:
      "pages of the explorer: Lighthouse, largest paint, layout shift, code, milliseconds at 50 requests a second, processor",
    legend: [
      "Overview, executors, an executor and a settlement over the index of a history of --events settled pairs; each figure is that of the worst",
      "page, medians of three fresh visits in the tests' Chromium. desktop: 40 ms and 10 Mb/s; mobile: 150 ms, 1.6 Mb/s and a processor four",
      "times slower, as Lighthouse has it. cls: with six seconds after the page is loaded. ssr: whole pages, in turn. cpu: the server's processor",
      "for a page, one after the other, without new blocks. reference: a page of Next that reads and shows nothing, in the same run.",
      "Lighthouse is taken where Node finds it: npm install --prefix /tmp/lighthouse lighthouse, NODE_PATH=/tmp/lighthouse/node_modules.",
    ],
    takesArtifacts: true,
    run: async (options) => (await import("../test/benchmark/explorer.ts")).run(options),
  },
  lane: {
    describe: "what one of ten lanes costs to settle, part by part",
    legend: [
      "own: touched by one of the ten lanes alone; shared: by several, or by the transaction. All but the sum is traced.",
    ],
    takesArtifacts: true,
    run: async () => (await import("../test/benchmark/lane-parts.ts")).run(),
  },
  reputation: {
    describe: "trust in a cheat and in its victim under attacks, and what a cheat that looks for its best way gains",
    legend: [
      "reference: the formula as it was first written down, on the same events; two of its parameters are guessed. receipts:",
      "the share of good ones, which is all that a chain without audits has. search: the best of 80 tries over 2 histories of",
      "90 days, so less than what a cheat may gain. Every run draws the same; it writes docs/reputation.svg.",
    ],
    run: async () => (await import("../test/benchmark/reputation.ts")).run(),
  },
};

const USAGE = `usage: npm run bench -- NAME [--json] [--busy N] [--profile] [--minutes N] [--parallel N]
         [--events N] [--rows N]

${Object.entries(BENCHMARKS)
  .map(([name, { describe }]) => `  ${name.padEnd(12)} ${describe}`)
  .join("\n")}`;

const COLUMNS = ["name", "value", "unit", "reference", "ratio", "target", "met"] as const;

function cell(row: BenchRow, column: (typeof COLUMNS)[number]): string {
  const value = column === "met" && row.target === undefined ? undefined : row[column];
  if (value === undefined || value === null) return "–";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 4 }) : value;
}

function printTable(rows: readonly BenchRow[]): void {
  const table = [[...COLUMNS], ...rows.map((row) => COLUMNS.map((column) => cell(row, column)))];
  const widths = COLUMNS.map((_, index) => Math.max(...table.map((line) => (line[index] ?? "").length)));
  for (const [index, line] of table.entries()) {
    const text = line
      .map((value, column) => (column === 0 ? value.padEnd(widths[0] ?? 0) : value.padStart(widths[column] ?? 0)))
      .join("  ");
    console.log(index === 0 ? styleText("bold", text) : text);
  }
}

async function main(): Promise<number> {
  const options = {
    json: { type: "boolean", default: false },
    busy: { type: "string", default: "0" },
    profile: { type: "boolean", default: false },
    minutes: { type: "string", default: "5" },
    parallel: { type: "string", default: "64" },
    events: { type: "string", default: "10000" },
    rows: { type: "string", default: "1000000" },
  } as const;
  const { values, positionals } = readFlags({ usage: USAGE, config: { options, allowPositionals: true } });
  const [name] = positionals;
  if (name === undefined) {
    console.log(USAGE);
    return 0;
  }
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
  if (benchmark === undefined)
    refuse(`There is no benchmark "${name}".`, `Benchmarks: ${Object.keys(BENCHMARKS).join(", ")}.`);
  if (!/^\d{1,3}$/.test(values.busy)) refuse(`--busy is "${values.busy}".`, "Give a number of processes, such as 30.");
  if (!/^\d{1,3}$/.test(values.minutes) || Number(values.minutes) < 1)
    refuse(`--minutes is "${values.minutes}".`, "Give a whole number of minutes, such as 60.");
  if (!/^\d{1,4}$/.test(values.parallel) || Number(values.parallel) < 1)
    refuse(`--parallel is "${values.parallel}".`, "Give a number of answers at once, such as 16.");
  for (const flag of ["events", "rows"] as const)
    if (!/^\d{1,7}$/.test(values[flag]))
      refuse(`--${flag} is "${values[flag]}".`, "Give a whole number, such as 200000.");
  const problem = benchmark.takesArtifacts && compileChanged();
  if (problem !== undefined) throw new ExplainedError(problem, "Correct the contract that the compiler names.");
  const load = (): string | undefined => loadavg()[0]?.toFixed(1);
  const before = load();
  const told: string[] = [];
  const { profile, busy, minutes, parallel } = values;
  const rows = await benchmark.run({
    busy: Number(busy),
    minutes: Number(minutes),
    parallel: Number(parallel),
    events: Number(values.events),
    rows: Number(values.rows),
    profile,
    tell: (line) => told.push(line),
  });
  printTable(rows);
  console.log(`\n${benchmark.legend.join("\n")}`);
  if (told.length > 0) console.log(`\n${told.join("\n")}`);
  const [cpu] = cpus();
  console.log(
    `\n${cpus().length} × ${cpu?.model ?? "unknown processor"}, ${Math.round(totalmem() / 2 ** 30)} GiB, load ${before} before and ${load()} after, Node ${process.version}`,
  );
  if (values.json) console.log(JSON.stringify({ bench: name, rows }));
  return 0;
}

try {
  process.exitCode = await main();
} catch (thrown) {
  if (!(thrown instanceof ExplainedError)) throw thrown;
  console.error(explain(thrown));
  process.exitCode ??= 1;
}
