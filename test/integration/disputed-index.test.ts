import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@lloom/protocol/commitment-types";
import { deliveryDisputesFacts } from "@lloom/protocol/generated/facts";
import type { Wallet } from "ethers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Market, openMarket, walletOf } from "../support/contracts/market.ts";
import { Table } from "../support/jury-game/play.ts";
import { expectAgreement } from "./indexer/agreement.ts";
import { expectAnalytics } from "./indexer/analytics.ts";
import { expectDisputeList } from "./indexer/dispute-list.ts";
import { DELIVERY_ENDS, disputeDelivery } from "./indexer/disputed-deeds.ts";
import { COURSES, five } from "./indexer/every-course.ts";
import { expectMeasured } from "./indexer/measured-agreement.ts";
import { type Indexer, startIndexer } from "./indexer/ponder-process.ts";
import { type Named, nameOf, type Row, rowsOf, sum, type Tables, text } from "./indexer/rows.ts";
import { openRpcServer, type RpcServer } from "./indexer/rpc-server.ts";

const VALIDATORS = 18;
/** Enough for five jurors, and not for eleven others. */
const FEW = 10;
/** Deep enough to take a whole dispute back. */
const REORG_BLOCKS = 30;
const directory = mkdtempSync(join(tmpdir(), "lloom-disputed-index-"));
let market: Market;
let rpcServer: RpcServer;
let indexer: Indexer;
let table: Table;
let client: Wallet;
let executor: Wallet;

const all = async () =>
  (await indexer.query(`{
    network(id: "lloom") { deliveryDisputeCount measuredDisputeCount openDisputeCount }
    executors { items { address disputeCount openDisputeCount forcedReveals disputesLost } }
    clients { items { address disputesLost } }
    validators { items { address enlistedAt seatCount voteCount fineCount } }
    disputes(orderBy: "place", orderDirection: "desc", limit: 100) { items { disputeId offence state executorAddress atStake until closedAt } }
    deliveryDisputes(limit: 100) { items { disputeId state executorAddress revealBy paid penalty closedAt nonce revealedBytes chunkCount released refunded repaid slashed } }
    bondAccounts { items { address credited withdrawn } }
    creditAccounts { items { depositsAddress address credit credited spent withdrawn deposited } }
    creditMovements(orderBy: "id", limit: 1000) { items { accountAddress kind disputeId amount spent credit } }
    measuredDisputes(limit: 100) { items {
      disputeId state executorAddress until round verdict outcome kind penalty restitution closedAt refunded released slashRestituted slashReporter slashJury
      slashTreasury
    } }
    disputedAnswers(limit: 1000) { items { disputeId held } }
    juryCases { items { disputeId truth closedAt } }
    juryPanels { items { disputeId round size drawBlock seed commitUntil revealUntil committed revealed } }
    jurySeats(limit: 1000) { items { disputeId round validatorAddress isDuty choice commitment fined } }
  }`)) as Tables;

/** What the tables say of disputes is what the contracts do. */
async function agreed(): Promise<Tables> {
  await indexer.reaches(await market.connection.ethers.provider.getBlockNumber());
  await expectAgreement(indexer, market);
  const tables = await all();
  await expectDeliveries(tables);
  await expectMeasured(tables, market);
  await expectCredits(tables);
  await expectJuries(tables);
  expectDisputeList(tables);
  for (const row of rowsOf(tables, "executors"))
    expect([row["address"], row["forcedReveals"]]).toEqual([
      row["address"],
      Number(await market.delivery.read("forcedReveals", row["address"])),
    ]);
  for (const row of rowsOf(tables, "clients")) {
    const stats = (await market.accounting.read("clientStats", row["address"])) as Named;
    expect([row["address"], row["disputesLost"]]).toEqual([row["address"], Number(stats["disputesLost"])]);
  }
  return tables;
}

async function expectDeliveries(tables: Tables): Promise<void> {
  const rows = rowsOf(tables, "deliveryDisputes");
  expect(rows).toHaveLength(Number(tables.network["deliveryDisputeCount"]));
  for (const { disputeId, ...row } of rows) {
    const known = (await market.delivery.read("deliveries", disputeId)) as Named;
    const { state, revealBy, paid, penalty, nonce } = row;
    expect({ state, revealBy: text(revealBy), paid, penalty, nonce }).toEqual({
      state: nameOf(deliveryDisputesFacts.State, known["state"]),
      revealBy: text(known["revealBy"]),
      paid: text(known["paid"]),
      penalty: text(known["penalty"]),
      nonce: text(known["nonce"]),
    });
  }
  for (const { address, credited, withdrawn } of rowsOf(tables, "bondAccounts"))
    expect(BigInt(text(credited)) - BigInt(text(withdrawn))).toBe(await market.delivery.read("bondsOf", address));
}

/** Every account's credit is the contract's, and all of them with the deposits of open disputes are the contract's tokens. */
async function expectCredits(tables: Tables): Promise<void> {
  const rows = rowsOf(tables, "creditAccounts");
  for (const { address, credit, credited, spent, withdrawn } of rows) {
    expect([address, credit]).toEqual([address, text(await market.deposits.read("creditOf", address))]);
    expect(BigInt(text(credit))).toBe(BigInt(text(credited)) - BigInt(text(spent)) - BigInt(text(withdrawn)));
  }
  const open = rowsOf(tables, "measuredDisputes").filter(({ state }) => state !== "CLOSED");
  expect(open).toEqual([]);
  const tokens = await market.token.read("balanceOf", market.deposits.address);
  expect(sum(rows, "credit")).toBe(tokens);
  const movements = rowsOf(tables, "creditMovements");
  const total = (kind: string) =>
    sum(
      movements.filter((row) => row["kind"] === kind),
      "amount",
    );
  expect([sum(rows, "credited"), sum(rows, "deposited")]).toEqual([total("CREDIT") + total("ADD"), total("DEPOSIT")]);
}

async function expectJuries(tables: Tables): Promise<void> {
  for (const { disputeId, closedAt } of rowsOf(tables, "juryCases")) {
    const known = (await market.jury.read("cases", disputeId)) as Named;
    expect(closedAt !== null).toBe(known["closed"]);
  }
  for (const { disputeId, round, ...row } of rowsOf(tables, "juryPanels")) {
    const known = (await market.jury.read("panelOf", disputeId, round)) as Named;
    const { size, committed, revealed, commitUntil, revealUntil } = row;
    const drawn = { commitUntil: text(commitUntil ?? 0), revealUntil: text(revealUntil ?? 0) };
    expect({ size: text(size), committed: text(committed), revealed: text(revealed), ...drawn }).toEqual({
      size: text(known["size"]),
      committed: text(known["committed"]),
      revealed: text(known["revealed"]),
      commitUntil: text(known["commitUntil"]),
      revealUntil: text(known["revealUntil"]),
    });
    const seats = rowsOf(tables, "jurySeats").filter(
      (seat) => seat["disputeId"] === disputeId && seat["round"] === round,
    );
    const jurors = ((await market.jury.read("jurorsOf", disputeId, round)) as string[]).map((one) => one.toLowerCase());
    expect(seats.map((seat) => seat["validatorAddress"]).sort()).toEqual(jurors.sort());
  }
  const seats = rowsOf(tables, "jurySeats");
  for (const { address, enlistedAt, seatCount, voteCount } of rowsOf(tables, "validators")) {
    expect([address, enlistedAt !== null]).toEqual([address, await market.jury.read("isEnlisted", address)]);
    const own = seats.filter((seat) => seat["validatorAddress"] === address);
    expect([seatCount, voteCount]).toEqual([own.length, own.filter(({ choice }) => choice !== "NONE").length]);
  }
}

const timelineOf = async (disputeId: Hex): Promise<Row[]> => {
  const { disputeMoves } = await indexer.query(`{
    disputeMoves(where: { disputeId: "${disputeId}" }, orderBy: "id", limit: 1000) { items { kind detail round account } }
  }`);
  return (disputeMoves as { items: Row[] }).items;
};

beforeAll(async () => {
  market = await openMarket();
  rpcServer = await openRpcServer(market.connection.provider);
  executor = await market.enrol("disputed executor");
  client = await market.open("disputing client", executor.address, 1_000_000_000n);
  indexer = await startIndexer({
    rpcUrl: rpcServer.url,
    accounting: market.accounting.address,
    stakeRegistry: market.stakeRegistry.address,
    audits: market.audits.address,
    directory,
  });
});

afterAll(async () => {
  await indexer.stop("SIGKILL");
  await rpcServer[Symbol.asyncDispose]();
  await market.connection.close();
  rmSync(directory, { recursive: true, force: true });
});

test("agrees about delivery disputes, however they end", async () => {
  const ids: Hex[] = [];
  for (const [index, end] of DELIVERY_ENDS.entries())
    ids.push(await disputeDelivery(market, { client, executor, lane: BigInt(index + 1), end }));
  const tables = await agreed();
  const states = new Map(rowsOf(tables, "deliveryDisputes").map((row) => [row["disputeId"], row]));
  expect(ids.map((id) => states.get(id)?.["state"])).toEqual(DELIVERY_ENDS);
  expect(states.get(ids[0] as Hex)).toMatchObject({ revealedBytes: 9_000, chunkCount: "3" });
  const standing = rowsOf(tables, "executors").find(({ address }) => address === executor.address.toLowerCase());
  expect(standing).toMatchObject({ disputeCount: 5, openDisputeCount: 0, forcedReveals: 1, disputesLost: 2 });
  expect(await timelineOf(ids[0] as Hex)).toMatchObject([
    { kind: "OPENED", account: client.address.toLowerCase() },
    { kind: "BOND_CREDITED" },
    { kind: "ANSWER_REVEALED", detail: "0" },
    { kind: "ANSWER_REVEALED", detail: "1" },
    { kind: "ANSWER_REVEALED", detail: "2" },
    { kind: "BOND_CREDITED" },
    { kind: "BOND_CREDITED" },
    { kind: "CLOSED", detail: "DELIVERED" },
  ]);
  const defaulted = states.get(ids.at(-1) as Hex);
  const { slashings } = await indexer.query(`{ slashings(where: { disputeId: "${ids.at(-1)}" }) { items { taken } } }`);
  expect((slashings as { items: Row[] }).items).toEqual([{ taken: defaulted?.["slashed"] }]);
});

test("agrees about measured disputes, their panels and every vote", async () => {
  table = await Table.open(market, VALIDATORS);
  for (const course of COURSES) await table.play(course);
  const tables = await agreed();
  const disputes = rowsOf(tables, "measuredDisputes");
  expect(disputes.map(({ outcome }) => outcome).sort()).toEqual(["CONCEDED", "REJECTED", "UPHELD", "UPHELD"]);
  const { slashings } = await indexer.query(`{
    slashings(where: { offence: WRONG_MODEL }, limit: 100) { items { taken disputeId } }
  }`);
  const parts = ["slashRestituted", "slashReporter", "slashJury", "slashTreasury"];
  const split = parts.reduce((total, column) => total + sum(disputes, column), 0n);
  expect(sum((slashings as { items: Row[] }).items, "taken")).toBe(split);
  const choices = rowsOf(tables, "jurySeats").map(({ choice }) => choice);
  const count = (wanted: string) => choices.filter((choice) => choice === wanted).length;
  expect([count("MISMATCH"), count("MATCH"), count("INSUFFICIENT"), count("NONE")]).toEqual([10, 11, 1, 4]);
  const appealed = disputes.find(({ round }) => round === 2);
  const kinds = (await timelineOf(appealed?.["disputeId"] as Hex)).map(({ kind }) => kind);
  for (const kind of ["OPENED", "EXECUTOR_ANSWERED", "PANEL_DRAWN", "APPEALED", "ARBITRATION_ASKED", "RULED", "CLOSED"])
    expect(kinds).toContain(kind);
  expect([kinds.at(0), kinds.at(-1)]).toEqual(["OPENED", "CLOSED"]);
});

test("follows what deposits became, what is added and what is paid out", async () => {
  const { creditMovements } = await all();
  const kinds = (creditMovements as { items: Row[] }).items.map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(new Set(["DEPOSIT", "CREDIT"]));
  const friend = await market.fund("friend of a juror", 5_000n);
  await market.token.send(friend, "approve", market.deposits.address, 5_000n);
  await market.deposits.send(friend, "creditFor", client.address, 5_000n);
  await market.deposits.send(client, "withdrawCredit", friend.address);
  const tables = await agreed();
  const own = rowsOf(tables, "creditMovements").filter(
    ({ accountAddress }) => accountAddress === client.address.toLowerCase(),
  );
  expect(own.slice(-2)).toMatchObject([
    { kind: "ADD", disputeId: null, amount: "5000", spent: "0", credit: "5000" },
    { kind: "WITHDRAW", disputeId: null, amount: "5000", spent: "0", credit: "0" },
  ]);
});

/** Delists validators until no second panel can be drawn, for as long as the callback takes. */
async function withFewCandidates(run: () => Promise<void>): Promise<void> {
  const away: Wallet[] = [];
  for (let i = 0; i < VALIDATORS - FEW; i++)
    away.push(walletOf(`game validator ${i}`).connect(market.connection.ethers.provider));
  for (const validator of away) await market.jury.send(validator, "delist", validator.address);
  await run();
  for (const validator of away) await market.jury.send(validator, "enlist");
}

test("keeps a verdict when the panel to judge it anew could not be drawn", async () => {
  await withFewCandidates(async () => {
    const panels = [five("mismatch mismatch mismatch mismatch mismatch"), []];
    await table.play({ conceded: false, panels, appealed: true });
    const tables = await agreed();
    const failed = rowsOf(tables, "juryPanels").filter(({ seed }) => seed === null);
    expect(failed).toHaveLength(1);
    const dispute = rowsOf(tables, "measuredDisputes").find(({ disputeId }) => disputeId === failed[0]?.["disputeId"]);
    expect(dispute).toMatchObject({ verdict: "MISMATCH", outcome: "UPHELD" });
    expect(rowsOf(tables, "validators").filter(({ enlistedAt }) => enlistedAt !== null)).toHaveLength(FEW);
  });
});

test("answers the questions of analysts as the contracts' logs do", async () => {
  await disputeDelivery(market, { client, executor, lane: 78n, end: "OPEN" });
  await expectAnalytics(indexer, market, {
    telling: [
      "Rates of disputes and of failed audits, by executor",
      "At stake in open disputes",
      "What jurors earned",
      "Time from an answer to its settlement",
    ],
  });
});

test("takes a whole dispute back with its blocks", async () => {
  const before = await market.networkHelpers.takeSnapshot();
  const standing = await agreed();
  const id = await disputeDelivery(market, { client, executor, lane: 77n, end: "DEFAULTED" });
  await agreed();
  expect(await timelineOf(id)).not.toEqual([]);
  await before.restore();
  for (let mined = 0; mined < REORG_BLOCKS; mined++) await market.networkHelpers.mine();
  await agreed();
  expect([await all(), await timelineOf(id)]).toEqual([standing, []]);
});
