import {
  executor,
  network,
  reputation,
  reputationAuditor,
  reputationChannel,
  reputationExecutor,
  reputationFinding,
} from "ponder:schema";
import { type ReputationLog, reputationEventsOf } from "@lloom/protocol/reputation/chain-events";
import type { ReputationEvent } from "@lloom/protocol/reputation/events";
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import { rowsAfter, type TouchedRows } from "@lloom/protocol/reputation/row-changes";
import { type AuditorRow, NEW_EXECUTOR } from "@lloom/protocol/reputation/rows";
import { standingOf } from "@lloom/protocol/reputation/standing";
import type { Hex } from "viem";
import {
  auditorColumns,
  auditorRowOf,
  executorColumns,
  executorRowOf,
  rulesOf,
  standingColumns,
} from "./reputation-rows.ts";
import { type Db, NETWORK_ID } from "./totals.ts";

interface Block {
  readonly number: bigint;
  readonly timestamp: bigint;
}

/** A log without the time of its block. */
type Logged<Log = ReputationLog> = Log extends ReputationLog ? Omit<Log, "seconds"> : never;

/** Whose rows an event touches. */
interface Touched {
  readonly executorAddress: Hex;
  readonly validatorAddress: Hex | undefined;
  readonly clientAddress: Hex | undefined;
}

/** Folds a log into the rows of reputation: what it means and how it changes them is the protocol's to say. */
export async function noteReputation(db: Db, block: Block, log: Logged): Promise<void> {
  const deployment = await db.find(network, { id: NETWORK_ID });
  if (deployment === null) return;
  const rules = rulesOf(deployment);
  for (const event of reputationEventsOf({ ...log, seconds: block.timestamp } as ReputationLog)) {
    await foldEvent(db, rules, { event, block });
  }
}

async function foldEvent(
  db: Db,
  rules: ReputationRules,
  { event, block }: { readonly event: ReputationEvent; readonly block: Block },
): Promise<void> {
  const touched: Touched = {
    executorAddress: event.executor,
    validatorAddress: event.kind === "audit" ? event.validator : undefined,
    clientAddress: event.kind === "channel" || event.kind === "settlement" ? event.client : undefined,
  };
  const after = rowsAfter(rules, await rowsBefore(db, touched), event);
  const epoch = Number(block.timestamp / rules.epochSeconds);
  await writeRows(db, { touched, after, epoch });
  if (after.executor !== undefined || after.auditor !== undefined) {
    await writeStanding(db, rules, { executorAddress: touched.executorAddress, epoch, block });
  }
}

async function rowsBefore(db: Db, { executorAddress, validatorAddress, clientAddress }: Touched): Promise<TouchedRows> {
  const executor = await db.find(reputationExecutor, { executorAddress });
  const auditor = validatorAddress && (await db.find(reputationAuditor, { executorAddress, validatorAddress }));
  const channel = clientAddress && (await db.find(reputationChannel, { executorAddress, clientAddress }));
  return {
    executor: executor === null ? undefined : executorRowOf(executor),
    auditor: auditor ? auditorRowOf(auditor) : undefined,
    channel: channel ? { balance: channel.balance, since: channel.since, unused: channel.unused } : undefined,
  };
}

async function writeRows(
  db: Db,
  { touched, after, epoch }: { readonly touched: Touched; readonly after: TouchedRows; readonly epoch: number },
): Promise<void> {
  const { executorAddress, validatorAddress, clientAddress } = touched;
  if (after.executor !== undefined) {
    const columns = executorColumns(after.executor);
    await db
      .insert(reputationExecutor)
      .values({ executorAddress, ...columns })
      .onConflictDoUpdate(columns);
  }
  if (after.channel !== undefined && clientAddress !== undefined) {
    await db
      .insert(reputationChannel)
      .values({ executorAddress, clientAddress, ...after.channel })
      .onConflictDoUpdate(after.channel);
  }
  if (after.auditor !== undefined && validatorAddress !== undefined) {
    await writeAuditor(db, { executorAddress, validatorAddress, epoch, row: after.auditor });
  }
}

async function writeAuditor(
  db: Db,
  found: {
    readonly executorAddress: Hex;
    readonly validatorAddress: Hex;
    readonly epoch: number;
    readonly row: AuditorRow;
  },
): Promise<void> {
  const { executorAddress, validatorAddress, epoch, row } = found;
  const columns = auditorColumns(row);
  const key = { executorAddress, validatorAddress };
  const isFirst = (await db.find(reputationAuditor, key)) === null;
  await db
    .insert(reputationAuditor)
    .values({ ...key, ...columns })
    .onConflictDoUpdate(columns);
  await db
    .insert(reputationFinding)
    .values({ ...key, epoch, ...columns })
    .onConflictDoUpdate(columns);
  if (!isFirst) return;
  await db
    .insert(reputationExecutor)
    .values({ executorAddress, ...executorColumns(NEW_EXECUTOR), validators: [validatorAddress] })
    .onConflictDoUpdate(({ validators }) => ({ validators: [...validators, validatorAddress] }));
}

/** What the rows come to at the end of the event's epoch, so far. Who has not registered has no standing. */
async function writeStanding(
  db: Db,
  rules: ReputationRules,
  at: { readonly executorAddress: Hex; readonly epoch: number; readonly block: Block },
): Promise<void> {
  const { executorAddress, epoch, block } = at;
  const known = await db.find(reputationExecutor, { executorAddress });
  if (known === null || !known.registered) return;
  const auditors: AuditorRow[] = [];
  for (const validatorAddress of known.validators) {
    const row = await db.find(reputationAuditor, { executorAddress, validatorAddress });
    if (row !== null) auditors.push(auditorRowOf(row));
  }
  const row = executorRowOf(known);
  const standing = standingColumns(standingOf(rules, { executor: row, auditors }, BigInt(epoch)));
  const { registered: _, ...inputs } = executorColumns(row);
  const columns = { ...inputs, ...standing, block: block.number, timestamp: Number(block.timestamp) };
  await db
    .insert(reputation)
    .values({ executorAddress, epoch, epochStartsAt: epoch * Number(rules.epochSeconds), ...columns })
    .onConflictDoUpdate(columns);
  const { trust, grade } = standing;
  await db.update(executor, { address: executorAddress }).set({ reputationEpoch: epoch, trust, grade });
}
