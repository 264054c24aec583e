import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auditsAbi } from "@lloom/protocol/generated/abi";
import { Contract } from "ethers";
import { liveWholeLife, type WholeLife } from "../integration/indexer/history/whole-life.ts";
import { type Indexer, type IndexerSettings, startIndexer } from "../integration/indexer/ponder-process.ts";
import { differences } from "../integration/indexer/replay/differences.ts";
import { openRpcServer } from "../integration/indexer/rpc-server.ts";
import { callable } from "../support/contracts/callable.ts";
import { type Market, openMarket } from "../support/contracts/market.ts";
import { type OwnPostgres, openPostgres } from "../support/postgres.ts";
import { type Backfilled, backfill } from "./indexer/backfill.ts";
import { lagOf } from "./indexer/lag.ts";
import { moreSettlements } from "./indexer/more-settlements.ts";
import { type QueryTimes, queryTimes } from "./indexer/query-times.ts";
import { rawLogs } from "./indexer/raw-logs.ts";
import type { BenchRow } from "./rows.ts";

/** Of a public network: what Hardhat's own id has asked before is not kept. */
const CHAIN_ID = 84_532;
const SEED = 20_261_201;
const TARGETS = { cached: 2_000, cold: 500, lag: 2, graphql: 50 };

interface IndexerOptions {
  /** Events that the history has at least. */
  readonly events: number;
  /** Settlements in the table while Postgres is asked. */
  readonly rows: number;
  readonly tell: (line: string) => void;
}

interface Bench extends IndexerOptions {
  readonly market: Market;
  readonly life: WholeLife;
  readonly rpcUrl: string;
  readonly directory: string;
  /** What the chain's server gives to who asks for logs alone. */
  readonly raw: { readonly events: number; readonly perSecond: number };
}

const say = (line: string): void => console.error(line);

/** A history by all contracts, indexed cold and again on both databases, with a look at lag, queries and whether every table is right. */
export async function run(options: IndexerOptions): Promise<BenchRow[]> {
  await using stack = new AsyncDisposableStack();
  const directory = mkdtempSync(join(tmpdir(), "lloom-bench-index-"));
  stack.defer(() => rmSync(directory, { recursive: true, force: true }));
  const market = await openMarket({ chainId: CHAIN_ID });
  stack.defer(() => market.connection.close());
  const life = await liveWholeLife(market, { seed: SEED, pairs: options.events, epochs: 24, audited: 10, say });
  const server = stack.use(await openRpcServer(market.connection.provider));
  const raw = await rawLogs(server.url, market, life.audits);
  say(`${raw.events} events, ${Math.round(raw.perSecond)} a second by eth_getLogs alone`);
  const bench: Bench = { ...options, market, life, rpcUrl: server.url, directory, raw };
  const rows = await measure(bench, "pglite", undefined);
  const postgres = await openPostgres();
  if (postgres === undefined) options.tell("This machine has no Postgres: its rows are left out.");
  else rows.push(...(await measure(bench, "postgres", stack.use(postgres))));
  return rows;
}

async function measure(bench: Bench, database: string, postgres: OwnPostgres | undefined): Promise<BenchRow[]> {
  const settings = (schema: string): IndexerSettings => ({
    rpcUrl: bench.rpcUrl,
    accounting: bench.market.accounting.address,
    stakeRegistry: bench.market.stakeRegistry.address,
    audits: bench.life.audits,
    directory: join(bench.directory, database),
    chainId: CHAIN_ID,
    pollMs: 1_000,
    schema,
    ...(postgres && { databaseUrl: postgres.url }),
  });
  const cold = await backfill(settings("cold"));
  say(`${database}: read in ${cold.seconds.toFixed(1)} s, ${cold.processorSeconds.toFixed(1)} s of processor`);
  await cold.indexer.stop("SIGINT");
  const cached = await backfill(settings("cached"));
  say(`${database}: again in ${cached.seconds.toFixed(1)} s, ${cached.processorSeconds.toFixed(1)} s of processor`);
  const { indexer } = cached;
  try {
    await expectRight(bench, database, indexer);
    const lag = await lagOf(indexer, () => nextBlock(bench));
    const queries = await queryTimes(indexer);
    const rows = [...backfillRows(bench, database, { cold, cached }), lagRow(database, lag)];
    rows.push(...queryRows(bench, database, queries, `${bench.raw.events} events`));
    await indexer.stop("SIGINT");
    if (postgres !== undefined) rows.push(...(await askMany(bench, postgres, settings("cached"))));
    return rows;
  } finally {
    await indexer.stop("SIGKILL");
  }
}

/** By logs alone, every table. */
async function expectRight({ market, life, tell }: Bench, database: string, indexer: Indexer): Promise<void> {
  const audits = await callable(new Contract(life.audits, auditsAbi, market.connection.ethers.provider));
  await indexer.reaches(await market.connection.ethers.provider.getBlockNumber());
  const { wrong, rows, events, empty } = await differences(indexer, market, audits);
  const without = empty.length === 0 ? "" : `; without rows: ${empty.join(", ")}`;
  const told = `${database}: ${rows} rows in all tables, by ${events} logs alone: ${wrong.length === 0 ? "the same" : "NOT the same"}${without}.`;
  say(told);
  tell([told, ...wrong].join("\n"));
}

async function nextBlock({ market, life }: Bench): Promise<number> {
  const { blockNumber } = await market.accounting.send(life.cast.client, "deposit", 1n);
  return blockNumber;
}

/** Asks again with many more settlements, by a process that only serves. */
async function askMany(bench: Bench, postgres: OwnPostgres, settings: IndexerSettings): Promise<BenchRow[]> {
  if (bench.rows === 0) return [];
  say(`${bench.rows} settlements are put into the table`);
  moreSettlements(postgres, settings.schema ?? "", bench.rows);
  const indexer = await startIndexer({ ...settings, command: "serve" });
  try {
    const queries = await queryTimes(indexer);
    return queryRows(bench, `postgres.${bench.rows}`, queries, `${bench.rows} settlements`);
  } finally {
    await indexer.stop("SIGKILL");
  }
}

function backfillRows(
  { raw }: Bench,
  database: string,
  found: { readonly cold: Backfilled; readonly cached: Backfilled },
): BenchRow[] {
  return (["cold", "cached"] as const).flatMap((kind): BenchRow[] => {
    const value = raw.events / found[kind].seconds;
    const target = TARGETS[kind];
    const reference = raw.perSecond;
    const name = `backfill.${kind}.${database}`;
    const processor = (found[kind].processorSeconds * 1_000_000) / raw.events;
    return [
      { name, value, unit: "events/s", reference, ratio: value / reference, target, met: value >= target },
      { name: `${name}.cpu`, value: processor, unit: "ms/1000 events", met: true },
    ];
  });
}

const lagRow = (database: string, value: number): BenchRow => ({
  ...{ name: `lag.p95.${database}`, value, unit: "s", target: TARGETS.lag, met: value <= TARGETS.lag },
});

function queryRows({ tell }: Bench, name: string, { p95, each }: QueryTimes, size: string): BenchRow[] {
  const slowest = each.slice(0, 5).map(([file, ms]) => `${file.replace(".graphql", "")} ${ms.toFixed(1)}`);
  tell(`${name}, ${size}: medians of the slowest queries, ms: ${slowest.join(", ")}.`);
  const target = TARGETS.graphql;
  return [{ name: `graphql.p95.${name}`, value: p95, unit: "ms", target, met: p95 <= target }];
}
