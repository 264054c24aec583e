import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Chain, openChain } from "../../node/src/chain/chain.ts";
import { createLog } from "../../node/src/log.ts";
import { openAudits } from "../support/contracts/audits.ts";
import { type Market, openMarket } from "../support/contracts/market.ts";
import { browserRoots } from "./indexer/browser-roots.ts";
import { ownRoots } from "./indexer/own-standings.ts";
import { type Indexer, startIndexer } from "./indexer/ponder-process.ts";
import {
  expectRows,
  expectTrees,
  type OwnReputation,
  readOwn,
  reputationTables,
} from "./indexer/reputation-agreement.ts";
import { eventsOfEpoch, ReputationLife, SECRETS, seatReputation } from "./indexer/reputation-deeds.ts";
import { openRpcServer, type RpcServer } from "./indexer/rpc-server.ts";

const SEED = Number(process.env["SEED"] ?? 20_261_129);
/** Events of the life; many take minutes. */
const EVENTS = Number(process.env["EVENTS"] ?? 300);
/** More of them if there is much to say, since each epoch has a finding of each. */
const EXECUTORS = EVENTS > 1_000 ? 40 : 4;
const EPOCHS_BEFORE = Math.ceil(EVENTS / eventsOfEpoch(EXECUTORS));
const EPOCHS_MEANWHILE = 2;
const REORG_BLOCKS = 30;
const WEEKS_SECONDS = 20 * 24 * 3_600;
/** A busy machine may give an index little of its time. */
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 });
const directory = mkdtempSync(join(tmpdir(), "lloom-reputation-index-"));
let market: Market;
let rpcServer: RpcServer;
let audits: Awaited<ReturnType<typeof openAudits>>;
let cast: Awaited<ReturnType<typeof seatReputation>>;
let life: ReputationLife;
let indexer: Indexer;
let chain: Chain;
let executors: Address[];

const head = (): Promise<number> => market.connection.ethers.provider.getBlockNumber();
const start = (name: string): Promise<Indexer> =>
  startIndexer({
    rpcUrl: rpcServer.url,
    accounting: market.accounting.address,
    stakeRegistry: market.stakeRegistry.address,
    audits: audits.audits.address,
    directory: join(directory, name),
  });
/** Read once for every head: of a long history it takes a call for each block and executor. */
const read = new Map<string, OwnReputation>();
async function own(): Promise<OwnReputation> {
  const { hash } = (await market.connection.ethers.provider.getBlock("latest")) ?? {};
  const known = read.get(String(hash));
  if (known !== undefined) return known;
  const fresh = await readOwn({ chain, audits: audits.audits.address.toLowerCase() as Address }, executors);
  read.set(String(hash), fresh);
  return fresh;
}
const epochNow = async (): Promise<number> => Math.floor((await market.networkHelpers.time.latest()) / 3_600);

/** Epochs in which something happened, some in which nothing did, and the present one. */
async function epochsOf(reputation: OwnReputation): Promise<number[]> {
  const first = reputation.epochs[0] ?? 0;
  const now = await epochNow();
  const silent = [first - 1, ...reputation.epochs.map((epoch) => epoch + 1), now];
  return [...new Set([...reputation.epochs, ...silent])].filter((epoch) => epoch <= now).toSorted((a, b) => a - b);
}

/** Index and node say the same of all these epochs. */
async function agreed(): Promise<void> {
  await indexer.reaches(await head());
  const reputation = await own();
  await expectTrees(indexer, reputation, await epochsOf(reputation));
  await expectRows(indexer, reputation, executors);
}

beforeAll(async () => {
  market = await openMarket();
  rpcServer = await openRpcServer(market.connection.provider);
  audits = await openAudits(market, { odds: 1n, length: SECRETS });
  cast = await seatReputation(market, audits, EXECUTORS);
  executors = cast.executors.map(({ address }) => address.toLowerCase() as Address).toSorted();
  life = new ReputationLife({ market, audits, cast, seed: SEED });
  await life.live(EPOCHS_BEFORE);
  const log = createLog({ level: "silent", name: "test" });
  const signal = new AbortController().signal;
  chain = await openChain({ rpcUrl: rpcServer.url, accounting: market.accounting.address, signal, log });
  indexer = await start("first");
});

afterAll(async () => {
  await chain?.[Symbol.asyncDispose]();
  await indexer?.stop("SIGKILL");
  await rpcServer?.[Symbol.asyncDispose]();
  await market?.connection.close();
  rmSync(directory, { recursive: true, force: true });
});

describe(`a life of real contract calls (seed ${SEED})`, () => {
  test("has the same roots, leaves and rows in the index and in a node, in the past and while it happens", async () => {
    await agreed();
    await market.networkHelpers.time.increase(WEEKS_SECONDS);
    await life.live(EPOCHS_MEANWHILE);
    await agreed();
    const { events } = await own();
    const kinds = new Set(events.map(({ event }) => event.kind));
    expect([...kinds].sort()).toEqual(["audit", "channel", "registration", "settlement", "stake", "strike"]);
    process.stdout.write(`${events.length} events of the contracts, in ${await head()} blocks\n`);
  });

  test("has the same roots in a browser", async () => {
    const reputation = await own();
    const epochs = await epochsOf(reputation);
    expect(await browserRoots(reputation, epochs)).toEqual(ownRoots(reputation, epochs));
    expect(reputation.events.length).toBeGreaterThanOrEqual(EVENTS);
  });

  test("ages where nothing happens, without a row", async () => {
    const { epochs } = await own();
    const last = epochs.at(-1) ?? 0;
    await market.networkHelpers.time.increase(WEEKS_SECONDS);
    await market.networkHelpers.mine();
    await agreed();
    const now = await epochNow();
    expect(now).toBeGreaterThan(last + 400);
    const before = await reputationTables(indexer);
    const url = (epoch: number | string) => `${indexer.url}/reputation/${epoch}/${executors[0]}`;
    const [then, today] = await Promise.all([last, "now"].map(async (epoch) => (await fetch(url(epoch))).json()));
    const passed = (told: unknown): bigint => BigInt((told as { standing: { passed: string } }).standing.passed);
    expect(passed(today)).toBeLessThan(passed(then));
    expect(passed(today)).toBeGreaterThan(passed(then) / 4n);
    expect(await reputationTables(indexer)).toEqual(before);
  });

  test(`has the tables of a clean run after a reorganisation of ${REORG_BLOCKS} blocks and more`, async () => {
    const before = await market.networkHelpers.takeSnapshot();
    const fork = await head();
    await new ReputationLife({ market, audits, cast, seed: SEED + 1 }).live(3);
    const orphaned = await head();
    expect(orphaned - fork).toBeGreaterThanOrEqual(REORG_BLOCKS);
    await agreed();
    const lost = await reputationTables(indexer);
    await before.restore();
    await new ReputationLife({ market, audits, cast, seed: SEED + 2 }).live(4);
    expect(await head()).toBeGreaterThan(orphaned);
    await agreed();
    const found = await reputationTables(indexer);
    expect(found["reputations"]).not.toBe(lost["reputations"]);
    const clean = await start("clean");
    try {
      await clean.reaches(await head());
      expect(await reputationTables(clean)).toEqual(found);
    } finally {
      await clean.stop("SIGKILL");
    }
  });
});

describe("an address of reputation", () => {
  const ask = async (path: string) => {
    const response = await fetch(`${indexer.url}/reputation/${path}`);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  test("gives standings page by page, in the order of the tree", async () => {
    const { body } = await ask("now/standings?limit=2");
    const standingsIn = (told: Record<string, unknown>) =>
      (told["standings"] as { executor: string }[]).map((one) => one.executor);
    expect(standingsIn(body)).toEqual(executors.slice(0, 2));
    const { body: rest } = await ask(`${body["epoch"]}/standings?after=${executors[1]}`);
    expect(standingsIn(rest)).toEqual(executors.slice(2));
    expect([body["count"], rest["root"]]).toEqual([executors.length, body["root"]]);
  });

  test.each([
    ["tomorrow", 400, "REQUEST_INVALID"],
    ["9999999999", 400, "REQUEST_INVALID"],
    ["now/0x12", 400, "REQUEST_INVALID"],
    [`now/0x${"12".repeat(20)}`, 404, "ROUTE_NOT_FOUND"],
    ["now/standings?limit=0", 400, "REQUEST_INVALID"],
    ["now/standings?after=me", 400, "REQUEST_INVALID"],
  ])("refuses %s with a code and the next step", async (path, status, code) => {
    const told = await ask(path);
    const extensions = { code, next: expect.stringMatching(/\./) };
    expect(told).toEqual({ status, body: { errors: [{ message: expect.any(String), extensions }] } });
  });
});
