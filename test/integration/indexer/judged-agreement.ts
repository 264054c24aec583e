import { expect } from "vitest";
import type { Callable } from "../../support/contracts/callable.ts";
import type { Market } from "../../support/contracts/market.ts";
import type { Indexer } from "./ponder-process.ts";
import { type Named, type Row, rowsOf, sum, type Tables, text } from "./rows.ts";

/** As `IStakeRegistry.Offence` counts them. */
/** Written out: the numbers under which the contract counts strikes. */
const OFFENCES = ["EQUIVOCATION", "OFFER_EQUIVOCATION", "UNDELIVERED", "WRONG_MODEL", "TOKEN_INFLATION", "JUROR_FAULT"];
/** Seconds: longer than there are chains. */
const ALWAYS = 2n ** 40n;
const AUDIT_COLUMNS = "auditCount auditsPassed auditsFailed auditsUnanswered auditsInconclusive";

const TABLES = `{
  network(id: "lloom") {
    tailHeld tailRefunded slashed slashCount rewardsWithdrawn faultProofCount auditReportCount ${AUDIT_COLUMNS}
  }
  executors { items { address slashed slashCount tailHeld tailRefunded disputesLost ${AUDIT_COLUMNS} } }
  validators { items { address slashed slashCount auditReportCount ${AUDIT_COLUMNS} } }
  clients { items { address tailRefunded } }
  networkDays { items { tailRefunded slashed rewardsWithdrawn faultProofCount ${AUDIT_COLUMNS} } }
  networkHours { items { tailRefunded slashed rewardsWithdrawn faultProofCount ${AUDIT_COLUMNS} } }
  executorDays { items { executorAddress tailRefunded slashed ${AUDIT_COLUMNS} } }
  judges { items { address power } }
  slashings { items { judgeAddress disputeId memberAddress offence taken restituted toReporter toVictim toJury toTreasury waiting } }
  strikes(orderBy: "id", orderDirection: "desc") { items { memberAddress offence halves count } }
  freezeMovements { items { judgeAddress disputeId kind amount } }
  rewardAccounts { items { address credited withdrawn } }
  tails { items { clientAddress executorAddress laneNumber nonce judgeAddress held refunded } }
  faultProofs { items { judgeAddress disputeId offence executorAddress refunded slashed } }
  reportShares { items { disputeId reporter amount payableAt paidAt } }
  auditEpochs { items { epoch seed reportCount ${AUDIT_COLUMNS} } }
  auditReports { items { epoch validatorAddress ${AUDIT_COLUMNS} } }
  audits { items { epoch executorAddress validatorAddress outcome } }
}`;

/** All that judges and validators did is in the tables as the contracts have it, and all sums agree with each other. */
export async function expectJudgedAgreement(indexer: Indexer, market: Market, audits: Callable): Promise<void> {
  const tables = (await indexer.query(TABLES)) as Tables;
  await expectStake(tables, market);
  await expectShares(tables, market);
  await expectTails(tables, market);
  await expectAudits(tables, audits);
}

async function expectStake(tables: Tables, { stakeRegistry }: Market): Promise<void> {
  for (const { address, power } of rowsOf(tables, "judges")) {
    const found = await stakeRegistry.read("powerOf", address);
    expect(power).toBe(["NONE", "STAKE", "STAKE_AND_TAILS"][Number(found)]);
  }
  const slashings = rowsOf(tables, "slashings");
  for (const { judgeAddress, disputeId } of slashings) {
    expect(await stakeRegistry.read("isSlashed", judgeAddress, disputeId)).toBe(true);
  }
  const parts = ["restituted", "toReporter", "toVictim", "toJury", "toTreasury", "waiting"];
  const split = parts.reduce((all, column) => all + sum(slashings, column), 0n);
  expect([sum(slashings, "taken"), split]).toEqual([total(tables, "slashed"), total(tables, "slashed")]);
  expect(BigInt(slashings.length)).toBe(total(tables, "slashCount"));
  const executors = rowsOf(tables, "executors");
  const members = [...executors, ...rowsOf(tables, "validators")];
  expect(sum(rowsOf(tables, "executorDays"), "slashed")).toBe(sum(executors, "slashed"));
  expect(sum(members, "slashCount")).toBe(total(tables, "slashCount"));
  for (const column of ["slashed", "rewardsWithdrawn", "tailRefunded", "faultProofCount"])
    expectBuckets(tables, column);
  const newest = rowsOf(tables, "strikes")[0];
  if (newest === undefined) return;
  const offence = OFFENCES.indexOf(text(newest["offence"]));
  const counted = await stakeRegistry.read("strikesOf", newest["memberAddress"], offence, ALWAYS);
  expect(newest["count"]).toBe(text(counted));
}

async function expectShares(tables: Tables, { stakeRegistry, disputes }: Market): Promise<void> {
  const accounts = rowsOf(tables, "rewardAccounts");
  for (const { address, credited, withdrawn } of accounts) {
    const held = (await stakeRegistry.read("rewards", address)) as Named;
    expect({ credited, withdrawn }).toEqual({
      credited: text(held["credited"]),
      withdrawn: text(held["withdrawn"]),
    });
  }
  expect(sum(accounts, "withdrawn")).toBe(total(tables, "rewardsWithdrawn"));
  const uncollected = sum(rowsOf(tables, "slashings"), "waiting");
  expect(sum(accounts, "credited") + uncollected).toBe(total(tables, "slashed"));
  for (const { disputeId, amount, paidAt } of rowsOf(tables, "reportShares")) {
    const waiting = (await disputes.read("reports", disputeId)) as Named;
    expect(text(waiting["amount"])).toBe(paidAt === null ? amount : "0");
  }
}

async function expectTails(tables: Tables, { accounting }: Market): Promise<void> {
  const tails = rowsOf(tables, "tails");
  for (const { clientAddress, executorAddress, laneNumber, nonce, ...row } of tails) {
    const hold = (await accounting.read("tailHold", clientAddress, executorAddress, laneNumber, nonce)) as Named;
    const judge = text(hold["judge"]).toLowerCase();
    expect(row).toEqual({
      judgeAddress: /^0x0*$/.test(judge) ? null : judge,
      held: text(hold["amount"]),
      refunded: text(hold["refunded"]),
    });
  }
  const [held, refunded] = [total(tables, "tailHeld"), total(tables, "tailRefunded")];
  expect([sum(tails, "held"), sum(rowsOf(tables, "executors"), "tailHeld")]).toEqual([held, held]);
  const everywhere = [
    sum(tails, "refunded"),
    sum(rowsOf(tables, "clients"), "tailRefunded"),
    sum(rowsOf(tables, "executors"), "tailRefunded"),
    sum(rowsOf(tables, "executorDays"), "tailRefunded"),
  ];
  expect(everywhere).toEqual([refunded, refunded, refunded, refunded]);
}

async function expectAudits(tables: Tables, audits: Callable): Promise<void> {
  for (const { epoch, seed } of rowsOf(tables, "auditEpochs")) expect(seed).toBe(await audits.read("seeds", epoch));
  const found = rowsOf(tables, "audits");
  const passed = found.filter(({ outcome }) => outcome === "PASSED").length;
  expect([total(tables, "auditCount"), total(tables, "auditsPassed")]).toEqual([BigInt(found.length), BigInt(passed)]);
  expect(total(tables, "auditReportCount")).toBe(BigInt(rowsOf(tables, "auditReports").length));
  expect(sum(rowsOf(tables, "auditEpochs"), "reportCount")).toBe(total(tables, "auditReportCount"));
  expect(sum(rowsOf(tables, "validators"), "auditReportCount")).toBe(total(tables, "auditReportCount"));
  for (const column of AUDIT_COLUMNS.split(" ")) {
    expectBuckets(tables, column);
    for (const name of ["executors", "validators", "executorDays", "auditEpochs", "auditReports"]) {
      expect([name, column, sum(rowsOf(tables, name), column)]).toEqual([name, column, total(tables, column)]);
    }
  }
}

function expectBuckets(tables: Tables, column: string): void {
  for (const name of ["networkDays", "networkHours"]) {
    expect([name, column, sum(rowsOf(tables, name), column)]).toEqual([name, column, total(tables, column)]);
  }
}

const total = (tables: Tables, column: string): bigint => BigInt(text((tables.network as Row)[column]));
