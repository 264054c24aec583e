import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Address } from "@lloom/protocol/commitment-types";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../../checkout/paths.ts";
import type { IndexerEnv } from "../../indexer/env.ts";
import { inspectChain } from "../../indexer/preflight.ts";
import { openAudits } from "../support/contracts/audits.ts";
import { type Market, openMarket } from "../support/contracts/market.ts";
import { expectAgreement } from "./indexer/agreement.ts";
import { expectAnalytics } from "./indexer/analytics.ts";
import { expectJudgedAgreement } from "./indexer/judged-agreement.ts";
import {
  audit,
  CHAIN_LENGTH,
  changeRole,
  collect,
  collectEverything,
  disputeTails,
  equivocate,
  freezeAndStrike,
  type JudgedCast,
  leaveJail,
  seatJudged,
  slashEverything,
} from "./indexer/judged-deeds.ts";
import { type Indexer, startIndexer } from "./indexer/ponder-process.ts";
import { openRpcServer, type RpcServer } from "./indexer/rpc-server.ts";

/** Rows that the staged life leaves in each table. */
const CSV_ROWS = {
  disputes: 3,
  slashings: 3,
  jailMovements: 3,
  strikes: 1,
  freezeMovements: 3,
  rewardAccounts: 4,
  rewardMovements: 4,
  tails: 4,
  tailMovements: 6,
  faultProofs: 3,
  reportShares: 2,
  reportCommitments: 1,
  auditChainMovements: 2,
  auditEpochs: 2,
  auditReports: 2,
  audits: 2,
};
const directory = mkdtempSync(join(tmpdir(), "lloom-judged-index-"));
let market: Market;
let rpcServer: RpcServer;
let audits: Awaited<ReturnType<typeof openAudits>>;
let honest: Awaited<ReturnType<Market["enrol"]>>;
let judged: JudgedCast;
let heldTail: Awaited<ReturnType<typeof disputeTails>>;
let indexer: Indexer;

const agreed = async () => {
  await indexer.reaches(await market.connection.ethers.provider.getBlockNumber());
  await expectAgreement(indexer, market);
  await expectJudgedAgreement(indexer, market, audits.audits);
};
const memberOf = async (table: "executor" | "validator", address: string) => {
  const columns = "active stake unbonding unbondAt jailedUntil frozen slashed slashCount";
  return (await indexer.query(`{ row: ${table}(address: "${address.toLowerCase()}") { ${columns} } }`))["row"];
};

const tailsHeld = async () =>
  (await indexer.query("{ tails(where: { judgeAddress_not: null }) { totalCount } }"))["tails"];

// What comes first is found in the chain's past; everything else while it happens.
beforeAll(async () => {
  market = await openMarket();
  rpcServer = await openRpcServer(market.connection.provider);
  audits = await openAudits(market, { odds: 1n, length: CHAIN_LENGTH });
  honest = await market.enrol("honest executor");
  judged = await seatJudged(market);
  heldTail = await disputeTails(market, judged);
  indexer = await startIndexer({
    rpcUrl: rpcServer.url,
    accounting: market.accounting.address,
    stakeRegistry: market.stakeRegistry.address,
    audits: audits.audits.address,
    directory,
  });
});

afterAll(async () => {
  await indexer.stop("SIGKILL");
  await rpcServer[Symbol.asyncDispose]();
  await market.connection.close();
  rmSync(directory, { recursive: true, force: true });
});

test("agrees about tails that disputes hold, give back and refund, and about frozen stake and strikes", async () => {
  await freezeAndStrike(market, judged);
  await agreed();
  const { tailMovements, tails, movements, frozen, strikes } = await indexer.query(`{
    tailMovements(orderBy: "id") { items { kind judge { power } } }
    tails(where: { held_gt: "0" }) { items { laneNumber nonce } }
    movements: clientMovements(where: { kind: REFUND }) { totalCount }
    frozen: freezeMovements(orderBy: "id") { items { kind frozen executor { frozen } } }
    strikes { items { offence halves count } }
  }`);
  const kinds = ["HOLD", "HOLD", "HOLD", "RELEASE", "REFUND"];
  const judge = { power: "STAKE_AND_TAILS" };
  expect(tailMovements).toEqual({ items: kinds.map((kind) => ({ kind, judge })) });
  expect([tails, movements]).toEqual([{ items: [{ laneNumber: "3", nonce: "2" }] }, { totalCount: 1 }]);
  const executor = { frozen: "5000" };
  expect(frozen).toEqual({
    items: [
      { kind: "FREEZE", frozen: "5000", executor },
      { kind: "FREEZE", frozen: "12000", executor },
      { kind: "UNFREEZE", frozen: "5000", executor },
    ],
  });
  expect(strikes).toEqual({ items: [{ offence: "UNDELIVERED", halves: "2", count: "2" }] });
});

test("agrees about proven faults: slash with its split, jail, refund, and somebody that had nothing at stake", async () => {
  await equivocate(market, judged);
  await agreed();
  const { disputes, faultProofs, reportShares, jailMovements } = await indexer.query(`{
    disputes(orderBy: "id") { items { offence state atStake until } }
    faultProofs(orderBy: "id") { items {
      offence offerId requestHash refunded executor { disputesLost } slashing { taken toReporter toVictim toTreasury }
    } }
    reportShares { items { paidTo } }
    jailMovements { items { kind } }
  }`);
  const lost = { disputesLost: 1 };
  const hash = expect.stringMatching(/^0x[0-9a-f]{64}$/);
  const nothing = { taken: "0", toReporter: "0", toVictim: "0", toTreasury: "0" };
  // Half of 10 000 tUSD; the client's part is twice the cost of the dearer answer.
  const half = { taken: "5000000000", toReporter: "1500000000", toVictim: "724", toTreasury: "3499999276" };
  const tenth = { taken: "10000000", toReporter: "3000000", toVictim: "0", toTreasury: "7000000" };
  const [answer, offer] = [
    { offence: "EQUIVOCATION", offerId: null },
    { offence: "OFFER_EQUIVOCATION", offerId: "7" },
  ];
  const proven = { state: "PROVEN", until: null };
  expect(disputes).toEqual({
    items: [
      { ...proven, offence: "EQUIVOCATION", atStake: "5000000329" },
      { ...proven, offence: "EQUIVOCATION", atStake: "0" },
      { ...proven, offence: "OFFER_EQUIVOCATION", atStake: "10000000" },
    ],
  });
  expect(faultProofs).toEqual({
    items: [
      { ...answer, requestHash: hash, refunded: "329", executor: lost, slashing: half },
      { ...answer, requestHash: hash, refunded: "0", executor: lost, slashing: nothing },
      { ...offer, requestHash: null, refunded: "0", executor: lost, slashing: tenth },
    ],
  });
  expect([reportShares, jailMovements]).toEqual([
    { items: [{ paidTo: null }, { paidTo: null }] },
    { items: [{ kind: "JAIL" }, { kind: "JAIL" }] },
  ]);
  const jailed = { active: false, jailedUntil: expect.any(Number) };
  const left = { stake: "0", unbonding: "4990000000", unbondAt: expect.any(Number), frozen: "5000" };
  const lostStake = { slashed: "5010000000", slashCount: 2 };
  expect(await memberOf("executor", judged.executor.address)).toEqual({ ...jailed, ...left, ...lostStake });
});

test("keeps an address in jail that takes the other role, and sets a member free that asks for it", async () => {
  await changeRole(market, judged);
  await collect(market, judged);
  await leaveJail(market, judged);
  await agreed();
  const { address } = judged.newcomer;
  expect(await memberOf("validator", address)).toMatchObject({ active: false, jailedUntil: expect.any(Number) });
  expect(await memberOf("executor", address)).toMatchObject({ active: false, jailedUntil: null, slashCount: 0 });
  const free = { active: true, jailedUntil: null, stake: "4990000000", unbonding: "0", unbondAt: null };
  expect(await memberOf("executor", judged.executor.address)).toMatchObject(free);
  const reporter = judged.reporter.address.toLowerCase();
  const { reportShares, rewardMovements } = await indexer.query(`{
    reportShares { items { paidTo } } rewardMovements(where: { receiver: "${reporter}" }) { items { kind amount } }
  }`);
  expect(reportShares).toEqual({ items: [{ paidTo: reporter }, { paidTo: reporter }] });
  expect((rewardMovements as { items: unknown[] }).items).toContainEqual({ kind: "TRANSFER", amount: "1000" });
});

test("agrees about epochs of audits, with their chains, reports and rows", async () => {
  await audit(market, audits, [honest, judged.executor]);
  await agreed();
  const { auditReports, auditChainMovements, executor } = await indexer.query(`{
    auditReports(orderBy: "epoch") { items {
      auditCount auditEpoch { reportCount seed } validator { active auditReportCount }
      audits(orderBy: "outcome") { items { outcome canaries unanswered logLikelihood model { executorCount } } }
    } }
    auditChainMovements(orderBy: "id") { items { kind firstEpoch caller } }
    executor(address: "${judged.executor.address.toLowerCase()}") { auditsUnanswered lastAuditedAt audits { totalCount } }
  }`);
  const validator = { active: false, auditReportCount: 2 };
  const auditEpoch = { reportCount: 1, seed: expect.stringMatching(/^0x[0-9a-f]{64}$/) };
  const row = { canaries: 3, logLikelihood: -2_500, model: { executorCount: 1 } };
  const rows = [
    { ...row, outcome: "PASSED", unanswered: 0 },
    { ...row, outcome: "UNANSWERED", unanswered: 3 },
  ];
  expect(auditReports).toEqual({
    items: [
      { auditCount: 2, auditEpoch, validator, audits: { items: rows } },
      { auditCount: 0, auditEpoch, validator, audits: { items: [] } },
    ],
  });
  expect(auditChainMovements).toEqual({
    items: [
      { kind: "REGISTER", firstEpoch: Number(audits.chain.firstEpoch), caller: null },
      { kind: "DROP", firstEpoch: null, caller: honest.address.toLowerCase() },
    ],
  });
  expect(executor).toEqual({ auditsUnanswered: 1, lastAuditedAt: expect.any(Number), audits: { totalCount: 1 } });
});

test("answers the questions of analysts as the contracts' logs do", async () => {
  const telling = ["Who audits whom, and how often validators agree", "Time in jail", "Earnings by operator"];
  await expectAnalytics(indexer, market, { audits: audits.audits.address, telling });
});

test("takes a contract for what it is only if it answers so, and works with the same stake registry", async () => {
  const token = market.token.address as Address;
  const nobody = honest.address as Address;
  const [accounting, stakeRegistry] = [market.accounting.address as Address, market.stakeRegistry.address as Address];
  const rest = { rpcWsUrl: undefined, startBlock: 0, pollMs: 100, database: { kind: "pglite", directory } } as const;
  const right = { ...rest, rpcUrl: rpcServer.url, chainId: 31_337, accounting, stakeRegistry };
  const env = { ...right, audits: audits.audits.address as Address };
  expect(await inspectChain(env)).toEqual({
    genesisHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    deposits: [market.deposits.address],
  });
  const cases: readonly [IndexerEnv, string][] = [
    [{ ...env, audits: token }, "The contract at LLOOM_AUDITS does not answer as an Audits."],
    [{ ...env, audits: nobody }, `There is no contract at LLOOM_AUDITS (${nobody}) on chain 31337.`],
    [{ ...env, accounting: token }, "The contract at LLOOM_ACCOUNTING does not answer as an AccountingV2."],
    [
      { ...env, stakeRegistry: token },
      `The contract at LLOOM_ACCOUNTING works with the StakeRegistry at ${stakeRegistry}, not with LLOOM_STAKE_REGISTRY.`,
    ],
    [{ ...env, chainId: 1 }, "LLOOM_RPC_URL serves chain 31337, but LLOOM_CHAIN_ID is 1."],
  ];
  for (const [wrong, message] of cases) expect(await inspectChain(wrong)).toEqual({ code: "CHAIN_MISMATCH", message });
});

test("answers the queries of the documentation, and gives every table of judges and audits as CSV", async () => {
  const documentation = readFileSync(join(ROOT, "docs/indexer.md"), "utf8").replaceAll("0x…", judged.executor.address);
  const bodies = [...documentation.matchAll(/-d '(\{"query":.*?\})'/gs)].map(([, body = ""]) => body);
  expect(bodies).toHaveLength(3);
  for (const body of bodies) expect(await indexer.query((JSON.parse(body) as { query: string }).query)).not.toEqual({});
  const saved = ["conduct", "slashings", "held-tails", "audits"].map((name) => `indexer/queries/${name}.graphql`);
  for (const file of saved) {
    const answer = await indexer.query(readFileSync(join(ROOT, file), "utf8"), { address: judged.executor.address });
    expect(JSON.stringify(answer)).toContain(JSON.stringify(judged.executor.address.toLowerCase()));
  }
  const judges = await (await fetch(`${indexer.url}/export/judges.csv`)).text();
  expect(judges).toContain(`${market.disputes.address.toLowerCase()},STAKE_AND_TAILS`);
  const lines = async (table: string) => {
    const text = await (await fetch(`${indexer.url}/export/${table}.csv`)).text();
    return text.trimEnd().split("\r\n").length - 1;
  };
  const counted = Object.entries(CSV_ROWS).map(async ([table, rows]) => [table, await lines(table), rows]);
  for (const [table, found, rows] of await Promise.all(counted)) expect([table, found]).toEqual([table, rows]);
});

test("takes a slash, a jail and a refund back with their blocks", async () => {
  const { address } = judged.executor;
  const standing = await memberOf("executor", address);
  const before = await market.networkHelpers.takeSnapshot();
  await slashEverything(market, judged);
  await market.accounting.send(judged.judge, "refundTail", heldTail);
  await agreed();
  expect(await memberOf("executor", address)).toMatchObject({ active: false, stake: "0", slashCount: 3 });
  expect(await tailsHeld()).toEqual({ totalCount: 0 });
  await collectEverything(market, judged);
  await agreed();
  await before.restore();
  for (const amount of [1n, 2n, 3n, 4n, 5n, 6n]) await market.accounting.send(judged.reporter, "deposit", amount);
  await agreed();
  expect(await memberOf("executor", address)).toEqual(standing);
  expect(await tailsHeld()).toEqual({ totalCount: 1 });
});
