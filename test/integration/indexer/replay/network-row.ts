import type { Callable } from "../../../support/contracts/callable.ts";
import type { Market } from "../../../support/contracts/market.ts";
import { type Past, sum, type TableRow } from "./past.ts";
import { auditsOf, timesOf, workOf } from "./sums.ts";

type Tables = Readonly<Record<string, readonly TableRow[]>>;

const total = (rows: readonly TableRow[], column: string): bigint =>
  rows.reduce((all, row) => all + BigInt(row[column] as bigint), 0n);

/** The row of totals, without what the contracts were deployed with: over all rows and events. */
export function networkTotals(past: Past, tables: Tables): TableRow {
  const rows = (name: string): readonly TableRow[] => tables[name] ?? [];
  const members = [...rows("executors"), ...rows("validators")];
  const active = (name: string) => rows(name).filter((row) => row["active"] === true).length;
  const settled = past.of("LaneSettled");
  const disputes = past.of("DeliveryOpened", "MeasuredOpened").length;
  return {
    executorCount: rows("executors").length,
    activeExecutorCount: active("executors"),
    validatorCount: rows("validators").length,
    activeValidatorCount: active("validators"),
    clientCount: rows("clients").length,
    channelCount: rows("channels").length,
    laneCount: rows("lanes").length,
    modelCount: rows("models").length,
    pairRejectionCount: past.of("PairRejected").length,
    jailedCount: members.filter((row) => row["jailedUntil"] !== null).length,
    slashCount: past.of("Slashed").length,
    faultProofCount: past.of("EquivocationProven", "OfferEquivocationProven").length,
    deliveryDisputeCount: past.of("DeliveryOpened").length,
    measuredDisputeCount: past.of("MeasuredOpened").length,
    openDisputeCount: disputes - past.of("DeliveryClosed", "MeasuredClosed").length,
    auditReportCount: past.of("PreimageRevealed").length,
    ...auditsOf(past.of("ExecutorAudited")),
    ...workOf(settled),
    deposited: sum(past.of("Deposited"), "amount"),
    clientWithdrawn: sum(past.of("Withdrawn"), "amount"),
    allocated: total(rows("channels"), "balance"),
    earningsWithdrawn: sum(past.of("EarningsWithdrawn"), "amount"),
    staked: total(members, "stake"),
    unbonding: total(members, "unbonding"),
    frozen: total(members, "frozen"),
    slashed: sum(past.of("Slashed"), "taken"),
    rewardsWithdrawn: sum(past.of("RewardsWithdrawn"), "amount"),
    tailHeld: total(rows("tails"), "held"),
    tailRefunded: sum(past.of("TailRefunded"), "amount"),
    lastSettledAt: timesOf(settled)["lastSettledAt"] ?? null,
  };
}

/** What the contracts were deployed with. */
export async function networkSettings(market: Market, audits: Callable): Promise<TableRow> {
  const { accounting, stakeRegistry, token, connection, domain } = market;
  const lower = (value: unknown) => String(value).toLowerCase();
  const block = (await connection.provider.request({ method: "eth_getBlockByNumber", params: ["0x0", false] })) as {
    hash: string;
  };
  const number = async (contract: Callable, name: string, ...args: unknown[]) =>
    BigInt((await contract.read(name, ...args)) as bigint);
  return {
    id: "lloom",
    chainId: BigInt(domain.chainId ?? 0),
    genesisHash: block.hash,
    accounting: lower(accounting.address),
    stakeRegistry: lower(stakeRegistry.address),
    paymentToken: lower(token.address),
    tokenSymbol: String(await token.read("symbol")),
    tokenDecimals: Number(await token.read("decimals")),
    unlockDelaySeconds: await number(accounting, "unlockDelay"),
    unbondingPeriodSeconds: await number(stakeRegistry, "unbondingPeriod"),
    executorMinimumStake: await number(stakeRegistry, "minimumStake", 1),
    validatorMinimumStake: await number(stakeRegistry, "minimumStake", 2),
    treasury: lower(await stakeRegistry.read("treasury")),
    audits: lower(audits.address),
    auditEpochSeconds: await number(audits, "epochLength"),
    auditOdds: await number(audits, "odds"),
  };
}
