import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Market, openMarket } from "../support/contracts/market.ts";
import { type OwnPostgres, openPostgres } from "../support/postgres.ts";
import { untilPrinted } from "../support/processes.ts";
import { expectAnalytics } from "./indexer/analytics.ts";
import { everyTable } from "./indexer/every-table.ts";
import { liveWholeLife, type WholeLife } from "./indexer/history/whole-life.ts";
import { environmentOf, freePort, type Indexer, runIndexer, startIndexer } from "./indexer/ponder-process.ts";
import { expectEveryTable } from "./indexer/replay/expect-every-table.ts";
import { openRpcServer, type RpcServer } from "./indexer/rpc-server.ts";

/*
 * What happens to an index that runs for years, one after the other to the same one; in the end it has to have the tables of one to which
 * nothing happened. On Postgres where the machine has it, else on the built-in database. Its past is by all contracts, and after each trouble every
 * table is what the chain's logs come to by themselves.
 */

/** A busy machine may give an index little of its time, and a lock of one that was killed is held for 25 seconds. */
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });
const SEED = Number(process.env["SEED"] ?? 20_261_201);
const PAIRS = 600;
const REORGS = [1, 5, 30] as const;
const directory = mkdtempSync(join(tmpdir(), "lloom-index-troubles-"));
const postgres: OwnPostgres | undefined = await openPostgres();
let market: Market;
let rpcServer: RpcServer;
let life: WholeLife;
let indexer: Indexer;
const replicas: Indexer[] = [];

const settings = (schema: string) => ({
  rpcUrl: rpcServer.url,
  accounting: market.accounting.address,
  stakeRegistry: market.stakeRegistry.address,
  audits: life.audits,
  directory: join(directory, schema),
  ...(postgres && { databaseUrl: postgres.url }),
  schema,
});
const head = () => market.connection.ethers.provider.getBlockNumber();
const agreed = () => expectEveryTable(indexer, market, life.audits);
const deposit = (amount: number) => market.accounting.send(life.cast.client, "deposit", BigInt(amount));

beforeAll(async () => {
  market = await openMarket();
  rpcServer = await openRpcServer(market.connection.provider);
  life = await liveWholeLife(market, { seed: SEED, pairs: PAIRS, epochs: 3, audited: 6 });
});

afterAll(async () => {
  for (const each of [...replicas, indexer]) await each?.stop("SIGKILL");
  await rpcServer?.[Symbol.asyncDispose]();
  await market?.connection.close();
  await postgres?.[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

test("is killed while it reads the past, and reads on", async () => {
  const killed = runIndexer(environmentOf(settings("lloom_1")), await freePort(), [], settings("lloom_1"));
  await untilPrinted(killed, "Started backfill indexing", 300_000);
  killed.signal("SIGKILL");
  await killed.ended;
  indexer = await startIndexer(settings("lloom_1"));
  expect(await agreed(), `rows by the seed ${SEED}`).toBeGreaterThan(PAIRS);
  const telling = ["Gas of an answer and of a settlement", "Who was paid most in a month, by model"];
  await expectAnalytics(indexer, market, { audits: life.audits, telling });
});

test.runIf(postgres !== undefined)("is served by two more processes, one of which may die", async () => {
  for (const _ of [1, 2]) replicas.push(await startIndexer({ ...settings("lloom_1"), command: "serve" }));
  const everybody = [indexer, ...replicas];
  const tagOf = async ({ url }: Indexer) => (await fetch(`${url}/export/clients.csv`)).headers.get("etag");
  const [own, ...others] = await Promise.all(everybody.map(({ url }) => everyTable(url)));
  expect(others).toEqual([own, own]);
  expect(new Set(await Promise.all(everybody.map(tagOf))).size).toBe(1);
  await replicas[0]?.stop("SIGKILL");
  await deposit(77);
  await agreed();
  expect(await everyTable(replicas[1]?.url ?? "")).toEqual(await everyTable(indexer.url));
});

test.runIf(postgres !== undefined)(
  "tells of SQL that the database stopped, and of a table that is locked",
  async () => {
    const ask = async (sql: string) => {
      const response = await fetch(`${indexer.url}/sql/db?sql=${encodeURIComponent(sql)}`);
      const { errors = [] } = (await response.json()) as { errors?: { message: string }[] };
      return [response.status, errors[0]?.message];
    };
    // Stopped by hand: nobody waits here for the half minute after which Postgres does it, with the same SQLSTATE.
    const endless = [..."abcdef"].map((name) => `settlement "${name}"`).join(" cross join ");
    const stopped = ask(`select count(*) from ${endless}`);
    const running = "from pg_stat_activity where state = 'active' and query like '%\"f\"' and pid <> pg_backend_pid()";
    await vi.waitUntil(() => postgres?.sql(`select pg_cancel_backend(pid) ${running}`).trim() === "t", {
      timeout: 120_000,
      interval: 50,
    });
    expect(await stopped).toEqual([400, expect.stringContaining("canceling statement")]);
    using _held = await postgres?.hold('"lloom_1".strike');
    expect(await ask("select count(*) from strike")).toEqual([503, "A table of the index is locked now."]);
  },
);

test("loses the chain's RPC server for a while", async () => {
  let refused = 0;
  rpcServer.serve({
    request: async () => {
      refused++;
      throw new Error("no answer");
    },
  });
  await deposit(5);
  await vi.waitUntil(() => refused > 3, { timeout: 120_000, interval: 50 });
  rpcServer.serve(market.connection.provider);
  await deposit(6);
  await agreed();
});

test.each(REORGS)("follows a chain that takes %i blocks back", async (depth) => {
  const before = await market.networkHelpers.takeSnapshot();
  for (let block = 0; block < depth; block++) await deposit(10 + block);
  await agreed();
  await before.restore();
  for (let block = 0; block <= depth; block++) await deposit(1_000 + block);
  await agreed();
});

test("has the tables of one that starts beside it, and answers all the while", async () => {
  const answers: number[] = [];
  let isStarting = true;
  const asking = (async () => {
    while (isStarting) answers.push((await fetch(`${indexer.url}/export/networkDays.csv`)).status);
  })();
  const clean = await startIndexer(settings("lloom_2")).finally(() => {
    isStarting = false;
  });
  try {
    await asking;
    expect(new Set(answers)).toEqual(new Set([200]));
    await clean.reaches(await head());
    expect(await everyTable(clean.url)).toEqual(await everyTable(indexer.url));
  } finally {
    await clean.stop("SIGKILL");
  }
});
