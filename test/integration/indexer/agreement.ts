import { expect } from "vitest";
import type { Market } from "../../support/contracts/market.ts";
import type { Indexer } from "./ponder-process.ts";
import { type Named, type Row, rowsOf, sum, type Tables, text, texts } from "./rows.ts";

const TABLES = `{
  network(id: "lloom") {
    executorCount activeExecutorCount validatorCount activeValidatorCount clientCount channelCount laneCount modelCount
    settlementCount pairRejectionCount requests inboundTokens outboundTokens acknowledgedPaid tailPaid paid
    deposited clientWithdrawn allocated earningsWithdrawn staked unbonding frozen slashed rewardsWithdrawn jailedCount
    tailHeld tailRefunded lastSettledAt
  }
  executors { items {
    address registeredAt stake unbonding unbondAt jailedUntil frozen slashed active paid withdrawn requests inboundTokens
    outboundTokens settlementCount clientCount tailHeld tailRefunded earned averagePrice disputesLost
  } }
  validators { items { address registeredAt stake unbonding unbondAt jailedUntil frozen slashed active } }
  clients { items { address balance allocated deposited withdrawn paid tailRefunded requests inboundTokens outboundTokens } }
  channels { items { clientAddress executorAddress balance unlocking unlockAt } }
  lanes { items { clientAddress executorAddress number nonce cost paid inboundTokens outboundTokens requests } }
  settlements(limit: 1000) { items { timestamp requests inboundTokens outboundTokens acknowledgedPaid tailPaid paid } }
  networkDays { items { requests paid deposited clientWithdrawn earningsWithdrawn settlementCount newClients newExecutors } }
  networkHours(limit: 1000) { items { requests paid deposited settlementCount } }
  modelDays { items { requests paid } }
  clientDays { items { requests paid } }
  executorDays { items { requests paid } }
}`;

/** Every account, channel and lane in the tables is as the contracts have it, and all sums agree with each other. */
export async function expectAgreement(indexer: Indexer, market: Market): Promise<void> {
  const tables = (await indexer.query(TABLES)) as Tables;
  await expectAccounts(tables, market);
  await expectMembers(tables, market);
  await expectMoney(tables, market);
  const settledAt = rowsOf(tables, "settlements").map((row) => Number(row["timestamp"]));
  expect(tables.network["lastSettledAt"]).toBe(settledAt.length === 0 ? null : Math.max(...settledAt));
  for (const name of ["settlements", "networkDays", "networkHours", "modelDays", "clientDays", "executorDays"]) {
    expect([name, sum(rowsOf(tables, name), "requests")]).toEqual([name, BigInt(text(tables.network["requests"]))]);
    expect([name, sum(rowsOf(tables, name), "paid")]).toEqual([name, BigInt(text(tables.network["paid"]))]);
  }
}

async function expectAccounts(tables: Tables, { accounting }: Market): Promise<void> {
  for (const row of rowsOf(tables, "clients")) {
    const stats = (await accounting.read("clientStats", row["address"])) as Named;
    const { balance, requests, inboundTokens, outboundTokens } = row;
    const indexed = { balance, requests, inboundTokens, outboundTokens };
    expect(indexed).toEqual({ balance: text(await accounting.read("balanceOf", row["address"])), ...counts(stats) });
    const spent = ["withdrawn", "balance", "allocated", "paid"].map((column) => BigInt(text(row[column])));
    const came = BigInt(text(row["deposited"])) + BigInt(text(row["tailRefunded"]));
    expect(came).toBe(spent.reduce((all, part) => all + part, 0n));
  }
  for (const { clientAddress, executorAddress, ...row } of rowsOf(tables, "channels")) {
    const channel = (await accounting.read("channels", clientAddress, executorAddress)) as Named;
    expect({ ...row, unlockAt: text(row["unlockAt"] ?? 0) }).toEqual(texts(channel));
  }
  for (const { clientAddress, executorAddress, number, ...row } of rowsOf(tables, "lanes")) {
    const lane = (await accounting.read("lanes", clientAddress, executorAddress, number)) as Named;
    const { cost, inboundTokens: inbound, outboundTokens: outbound, nonce } = row;
    expect({ cost, inbound, outbound, nonce }).toEqual(texts(lane));
    expect([row["paid"], row["requests"]]).toEqual([cost, nonce]);
  }
}

async function expectMembers(tables: Tables, { accounting, stakeRegistry }: Market): Promise<void> {
  const validators = rowsOf(tables, "validators");
  const isValidator = ({ address }: Row): boolean => validators.some((validator) => validator["address"] === address);
  const executors = rowsOf(tables, "executors").filter((row) => !isValidator(row));
  for (const row of [...executors, ...validators]) {
    const { stake, unbonding, frozen, unbondAt, registeredAt, jailedUntil } = row;
    const times = { unbondAt, registeredAt, jailedUntil };
    const indexed = { stake, unbonding, frozen, ...texts(times, 0) };
    expect(texts((await stakeRegistry.read("members", row["address"])) as Named)).toMatchObject(indexed);
    expect(row["active"]).toBe(await stakeRegistry.read("isActive", row["address"]));
  }
  for (const row of rowsOf(tables, "executors")) {
    const { settled, withdrawn } = (await accounting.read("earnings", row["address"])) as Named;
    const [paid, held, refunded] = ["paid", "tailHeld", "tailRefunded"].map((column) => BigInt(text(row[column])));
    const stats = (await accounting.read("executorStats", row["address"])) as Named;
    const { requests, inboundTokens, outboundTokens } = row;
    expect([row["earned"], row["withdrawn"]]).toEqual([text(settled), text(withdrawn)]);
    expect((paid ?? 0n) - (held ?? 0n) - (refunded ?? 0n)).toBe(settled);
    expect({ requests, inboundTokens, outboundTokens }).toEqual(counts(stats));
    const tokens = BigInt(text(inboundTokens)) + BigInt(text(outboundTokens));
    expect(row["averagePrice"]).toBe(tokens === 0n ? null : text(((paid ?? 0n) * 1_000_000n) / tokens));
    expect(text(row["disputesLost"])).toBe(text(stats["disputesLost"]));
  }
}

/** What the contracts hold is what came in less what went out. */
async function expectMoney(tables: Tables, { accounting, stakeRegistry, token }: Market): Promise<void> {
  const total = (column: string): bigint => BigInt(text(tables.network[column]));
  const held = total("deposited") - total("clientWithdrawn") - total("earningsWithdrawn");
  expect(held).toBe(await token.read("balanceOf", accounting.address));
  const shares = total("slashed") - total("rewardsWithdrawn");
  expect(total("staked") + total("unbonding") + shares).toBe(await token.read("balanceOf", stakeRegistry.address));
  const members = [...rowsOf(tables, "executors"), ...rowsOf(tables, "validators")];
  expect([total("frozen"), total("slashed")]).toEqual([sum(members, "frozen"), sum(members, "slashed")]);
  expect(total("jailedCount")).toBe(BigInt(members.filter((row) => row["jailedUntil"] !== null).length));
  expect(total("allocated")).toBe(sum(rowsOf(tables, "channels"), "balance"));
  const active = (name: string) => rowsOf(tables, name).filter((row) => row["active"] === true).length;
  const { executorCount, activeExecutorCount, validatorCount, activeValidatorCount } = tables.network;
  expect([executorCount, activeExecutorCount]).toEqual([rowsOf(tables, "executors").length, active("executors")]);
  expect([validatorCount, activeValidatorCount]).toEqual([rowsOf(tables, "validators").length, active("validators")]);
}

const counts = ({ inbound, outbound, requests }: Named) => ({
  requests: text(requests),
  inboundTokens: text(inbound),
  outboundTokens: text(outbound),
});
