import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  buildClientSchema,
  buildSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
  lexicographicSortSchema,
  parse,
  printSchema,
  validate,
} from "graphql";
import { network } from "hardhat";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import lloomModule from "../../ignition/modules/Lloom.ts";
import { type Market, openMarket } from "../support/contracts/market.ts";
import { eventually } from "../support/processes.ts";
import { expectAgreement } from "./indexer/agreement.ts";
import { expectAnalytics } from "./indexer/analytics.ts";
import { answers, type Cast, enterMarket, FORMULA, settleSome } from "./indexer/deeds.ts";
import { expectKept, expectLimits, expectOverview, expectParquet } from "./indexer/http-agreement.ts";
import { momentsDuring, settleInTurn } from "./indexer/one-moment.ts";
import { environmentOf, freePort, type Indexer, runIndexer, startIndexer } from "./indexer/ponder-process.ts";
import { openRpcServer, type RpcServer } from "./indexer/rpc-server.ts";

/** For tests that start the program again while the machine does other things. */
const SLOW_MS = 300_000;
const JSON_TYPE = { "content-type": "application/json" };
const directory = mkdtempSync(join(tmpdir(), "lloom-indexer-"));
let market: Market;
let rpcServer: RpcServer;
let cast: Cast;
let indexer: Indexer;

const settings = () => ({
  rpcUrl: rpcServer.url,
  accounting: market.accounting.address,
  stakeRegistry: market.stakeRegistry.address,
  audits: market.audits.address,
  directory: join(directory, "database"),
});
const indexed = async () => indexer.reaches(await market.connection.ethers.provider.getBlockNumber());
const meta = async () => (await (await fetch(`${indexer.url}/meta`)).json()) as Record<string, unknown>;
const sql = (query: string, params: readonly string[] = []) => {
  const envelope = { json: { sql: query, params, typings: params.map(() => "none") } };
  return fetch(`${indexer.url}/sql/db?sql=${encodeURIComponent(JSON.stringify(envelope))}`);
};
const deposited = async () => {
  const { network: totals } = await indexer.query('{ network(id: "lloom") { deposited } }');
  return (totals as { deposited: string }).deposited;
};

const endCursor = async (page: string) => {
  const { lanes } = await indexer.query(`{ ${page} { pageInfo { endCursor } } }`);
  return (lanes as { pageInfo: { endCursor: string } }).pageInfo.endCursor;
};

beforeAll(async () => {
  market = await openMarket();
  rpcServer = await openRpcServer(market.connection.provider);
  cast = await enterMarket(market);
  // Empty: here Ponder makes its database itself, as at an operator's first start.
  mkdirSync(settings().directory);
  indexer = await startIndexer(settings());
});

afterAll(async () => {
  await indexer.stop("SIGKILL");
  await rpcServer[Symbol.asyncDispose]();
  await market.connection.close();
  rmSync(directory, { recursive: true, force: true });
});

test("agrees with the contracts about every account, channel, lane and member", async () => {
  await settleSome(market, cast);
  await indexed();
  await expectAgreement(indexer, market);
  const { network: totals } = await indexer.query(
    `{ network(id: "lloom") { executorCount clientCount channelCount laneCount modelCount settlementCount pairRejectionCount requests } }`,
  );
  expect(totals).toEqual({
    executorCount: 2,
    clientCount: 1,
    channelCount: 2,
    laneCount: 3,
    modelCount: 1,
    settlementCount: 4,
    pairRejectionCount: 1,
    requests: "9",
  });
});

test("keeps hostile metadata as harmless text, and bytes that are no peer id as hex", async () => {
  const { executor, validator } = cast;
  const { executors, validators } = await indexer.query(
    "{ executors(where: { registeredAt_not: null }) { items { peerId metadataURI } } validators { items { peerId metadataURI } } }",
  );
  expect(executors).toEqual({ items: [{ peerId: "0x0badc0de", metadataURI: FORMULA }] });
  const peerId = expect.stringMatching(/^16Uiu2HAm/);
  expect(validators).toEqual({ items: [{ peerId, metadataURI: "https://validator.example/ab" }] });
  const csv = await (await fetch(`${indexer.url}/export/executors.csv?executor=${executor.address}`)).text();
  expect(csv.split("\r\n")[1]).toContain(`,"'${FORMULA.replaceAll('"', '""')}",`);
  const moves = await (await fetch(`${indexer.url}/export/stakeMovements.csv?limit=2`)).text();
  expect(moves.trimEnd().split("\r\n")).toHaveLength(3);
  expect(moves).toContain(executor.address.toLowerCase());
  expect(moves).not.toContain(validator.address.toLowerCase());
});

test("serves the schema that its file says, to which the explorer holds its queries", async () => {
  const introspection = await indexer.query(getIntrospectionQuery());
  const served = buildClientSchema(introspection as unknown as IntrospectionQuery);
  const file = buildSchema(readFileSync(join(ROOT, "indexer/schema.graphql"), "utf8"));
  expect(printSchema(lexicographicSortSchema(served))).toBe(printSchema(lexicographicSortSchema(file)));
});

test("answers every saved query, and each fits the served schema", async () => {
  const introspection = await indexer.query(getIntrospectionQuery());
  const schema = buildClientSchema(introspection as unknown as IntrospectionQuery);
  const folder = join(ROOT, "indexer/queries");
  const address = { executor: cast.executor.address, client: cast.client.address };
  for (const file of readdirSync(folder)) {
    const query = readFileSync(join(folder, file), "utf8");
    expect([file, validate(schema, parse(query))]).toEqual([file, []]);
    const of = file === "client.graphql" ? address.client : address.executor;
    const nothing = `0x${"00".repeat(32)}`;
    const answer = await indexer.query(query, { address: of, requestHash: nothing, id: nothing });
    expect(Object.values(answer)).not.toContain(null);
  }
});

test("refuses queries, exports and routes that it does not offer with a code and a sentence", async () => {
  const graphql = (body: string, headers: Record<string, string> = JSON_TYPE, method = "POST") =>
    fetch(`${indexer.url}/graphql`, { method, body, headers });
  const post = (query: string, variables = {}) => graphql(JSON.stringify({ query, variables }));
  const huge = "{ executors(limit: 1000) { items { settlements(limit: 1000) { items { id } } } } }";
  const deep = `{ __schema { types { ${"ofType { ".repeat(25)} name ${"}".repeat(28)}`;
  const other = Buffer.from('{"json":{"paid":"1"}}').toString("base64");
  const byCost = await endCursor('lanes(orderBy: "cost", limit: 1)');
  expect(await endCursor(`lanes(orderBy: "cost", limit: 1, after: "${byCost}")`)).not.toBe(byCost);
  const plain = { "content-type": "application/graphql" };
  const cases: readonly [Promise<Response>, number, string, RegExp][] = [
    [post(huge), 400, "REQUEST_INVALID", /1001000 rows.*limit/],
    [post("{ lanes(limit: 100000) { items { cost } } }"), 400, "REQUEST_INVALID", /100000.*1 to 1000.*after/],
    [post("{ lanes(limit: -1) { items { cost } } }"), 400, "REQUEST_INVALID", /-1.*1 to 1000/],
    [post("query ($n: Int) { lanes(limit: $n) { totalCount } }", { n: 1001 }), 400, "REQUEST_INVALID", /1001/],
    [post('{ lanes(after: "xx") { items { cost } } }'), 200, "REQUEST_INVALID", /cursor of lanes .*endCursor/],
    [post(`{ lanes(after: "${other}") { items { cost } } }`), 200, "REQUEST_INVALID", /cursor of lanes/],
    [post(`{ lanes(after: "${byCost}") { items { cost } } }`), 200, "REQUEST_INVALID", /cursor of lanes/],
    [
      post("{ executors(limit: 1000) { items { settlements(limit: 1000) { __typename } } } }"),
      400,
      "REQUEST_INVALID",
      /1001000 rows/,
    ],
    [post("{ lanes(limit: 1, offset: 1000000) { items { cost } } }"), 400, "REQUEST_INVALID", /1000001 rows.*offset/],
    [post('{ lanes(orderBy: "luck") { items { cost } } }'), 200, "REQUEST_INVALID", /"luck".*schema/],
    [post("{ lanes { items { luck } } }"), 400, "REQUEST_INVALID", /luck.*schema/],
    [post("{ lanes("), 400, "REQUEST_INVALID", /Syntax Error.*schema/],
    [post(deep), 400, "REQUEST_INVALID", /depth/],
    [graphql(""), 400, "REQUEST_INVALID", /empty.*application\/json/],
    [graphql("{"), 400, "REQUEST_INVALID", /not JSON/],
    [graphql("[]"), 400, "REQUEST_INVALID", /no query/],
    [graphql("{ lanes { items { cost } } }", plain), 400, "REQUEST_INVALID", /content type.*application\/json/],
    [graphql("{}", JSON_TYPE, "PUT"), 400, "REQUEST_INVALID", /POST/],
    [graphql(" ".repeat(70_000)), 413, "FRAME_TOO_LARGE", /65536/],
    [fetch(`${indexer.url}/export/secrets.csv`), 404, "ROUTE_NOT_FOUND", /settlements.*docs\/indexer\.md/],
    [fetch(`${indexer.url}/export/settlements.csv?client=%27%3B`), 400, "REQUEST_INVALID", /client/],
    [fetch(`${indexer.url}/nowhere`), 404, "ROUTE_NOT_FOUND", /docs\/indexer\.md/],
    [sql("delete from settlement"), 400, "REQUEST_INVALID", /./],
    [sql('select "paid" from "ponder_sync"."blocks"'), 400, "REQUEST_INVALID", /tables of the index/],
    [sql('select 1 as "lloom" from "lloom"."settlement"'), 400, "REQUEST_INVALID", /cannot be run: Schema name/],
    [sql("select count(1) from settlement where paid > 1 / 0"), 400, "REQUEST_INVALID", /division by zero/],
    [
      sql(
        `select count(1) from ${[..."abcdefghij"].map((name) => `settlement "${name}"`).join(" cross join ")} cross join executor`,
      ),
      400,
      "REQUEST_INVALID",
      /cost/,
    ],
  ];
  for (const [asked, status, code, words] of cases) {
    const answer = await asked;
    const { errors } = (await answer.json()) as {
      errors: { message: string; extensions: { code: string; next: string } }[];
    };
    const { message, extensions } = errors[0] ?? {};
    expect([answer.status, extensions?.code, `${message} ${extensions?.next}`]).toEqual([
      status,
      code,
      expect.stringMatching(words),
    ]);
  }
  const sums = await sql("select sum(requests)::text from settlement where paid > $1", ["0"]);
  expect(await sums.json()).toMatchObject({ rows: [{ sum: "9" }] });
  expect(sums.headers.get("x-lloom-block")).toMatch(/^\d+$/);
});

test("gives the explorer's first page in one answer", () => expectOverview(indexer));

test("answers the questions of analysts as the contracts' logs do", () =>
  expectAnalytics(indexer, market, { telling: ["Earnings by operator", "Gas of an answer and of a settlement"] }));

test("lets answers be kept until the next block: by GET, as files, and of SQL", () =>
  expectKept(indexer, async () => {
    await market.networkHelpers.mine();
    await indexed();
  }));

test("gives a table as Parquet, whole and by blocks; tells an address that asks too often to wait, and nobody else", () =>
  expectParquet(indexer).then(() => expectLimits(indexer)));

test("answers every query from one block, which it names, while blocks come in", async () => {
  const moments = await momentsDuring(indexer.url, settleInTurn(market, cast, 12).then(indexed));
  for (const { blocks, sums } of moments) expect([new Set(blocks).size, new Set(sums).size]).toEqual([1, 1]);
  // Else nothing was tried.
  expect(new Set(moments.flatMap(({ blocks }) => blocks)).size).toBeGreaterThan(2);
});

test("follows a chain that takes blocks back", async () => {
  const before = await market.networkHelpers.takeSnapshot();
  await market.accounting.send(cast.client, "deposit", 11n);
  await indexed();
  expect(await deposited()).toBe("5000018");
  await before.restore();
  await market.accounting.send(cast.client, "deposit", 500n);
  await market.accounting.send(cast.client, "allocate", cast.executor.address, 500n);
  await indexed();
  await expectAgreement(indexer, market);
  expect(await deposited()).toBe("5000507");
});

test("keeps times that take more than 32 bits, in the order of the chain", async () => {
  await market.networkHelpers.time.increaseTo(2 ** 32);
  const deadline = await market.deadline();
  const work = { domain: market.domain, client: cast.client, executor: cast.executor, deadline, lane: 2n };
  await market.accounting.send(cast.executor, "settle", [answers(work, 1).pair]);
  await indexed();
  await expectAgreement(indexer, market);
  const { settlements, networkDays } = await indexer.query(`{
    settlements(where: { timestamp_gte: 4294967296 }) { items { timestamp lane { number } } }
    networkDays(orderBy: "day", orderDirection: "desc", limit: 1) { items { day settlementCount } }
  }`);
  const { timestamp } = (await market.connection.ethers.provider.getBlock("latest")) ?? {};
  expect(settlements).toEqual({ items: [{ timestamp, lane: { number: "2" } }] });
  expect(networkDays).toEqual({ items: [{ day: 4_294_944_000, settlementCount: 1 }] });
});

// The restart waits for the lock of the killed one to expire; the next test needs no database.
test.concurrent(
  "goes on after a kill without losing or doubling anything",
  async () => {
    await indexer.stop("SIGKILL");
    const deadline = await market.deadline();
    const work = { domain: market.domain, client: cast.client, executor: cast.executor, deadline, lane: 99n };
    await market.accounting.send(cast.executor, "settle", [answers(work, 4).pair]);
    indexer = await startIndexer(settings());
    await indexed();
    await expectAgreement(indexer, market);
  },
  SLOW_MS,
);

test.concurrent(
  "says what is wrong with its settings, one sentence each, and ends",
  async () => {
    const env = { ...environmentOf(settings()), LLOOM_RPC_URL: "ftp://x", LLOOM_CHAIN_ID: undefined };
    const { code, stdout, stderr } = await runIndexer(env, await freePort()).ended;
    expect({ code, stdout, stderr: stderr.split("\n").filter((line) => line !== "") }).toEqual({
      code: 1,
      stdout: "",
      stderr: [
        "CONFIG_INVALID: LLOOM_RPC_URL has to be an http or https URL. Correct the setting that the message names.",
        "CONFIG_INVALID: LLOOM_CHAIN_ID is missing: set it to a whole number from 1 up. Correct the setting that the message names.",
      ],
    });
  },
  SLOW_MS,
);

test(
  "shows that the chain was replaced, and refuses to go on with the tables of the earlier one",
  async () => {
    const later = await network.create({ override: { initialDate: "2031-01-01T00:00:00Z" } });
    await later.ignition.deploy(lloomModule);
    rpcServer.serve(later.provider);
    await eventually("the new chain is noticed", 60_000, async () => (await meta())["state"] === "replaced");
    expect(await indexer.stop("SIGINT")).toBe(0);
    const { code, stdout } = await runIndexer(environmentOf(settings()), await freePort()).ended;
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining('Schema "lloom" was previously used by a different Ponder app'),
    ]);
    await later.close();
  },
  SLOW_MS,
);
