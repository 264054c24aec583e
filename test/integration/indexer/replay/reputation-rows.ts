import type { Address } from "@lloom/protocol/commitment-types";
import { REPUTATION_LOGS, type ReputationLog, reputationEventsOf } from "@lloom/protocol/reputation/chain-events";
import { type ExecutorHistory, emptyReputation, fold } from "@lloom/protocol/reputation/fold";
import type { AuditorRow, ExecutorRow } from "@lloom/protocol/reputation/rows";
import { standingOf } from "@lloom/protocol/reputation/standing";
import type { Past, TableRow } from "./past.ts";

/** The five tables. The formula is the protocol's, which has tests of its own; which logs, in which order and epoch, is computed here. */
export interface ReputationTables {
  readonly reputations: readonly TableRow[];
  readonly reputationExecutors: readonly TableRow[];
  readonly reputationAuditors: readonly TableRow[];
  readonly reputationChannels: readonly TableRow[];
  readonly reputationFindings: readonly TableRow[];
}

interface EpochEnd {
  readonly epoch: number;
  readonly block: number;
  readonly timestamp: number;
  readonly executor: ExecutorRow;
  readonly auditors: readonly AuditorRow[];
}

export function reputationTables(past: Past): ReputationTables {
  const rules = { epochSeconds: past.deployed.epochSeconds, minimumStake: past.deployed.minimum.executor };
  const state = emptyReputation(rules);
  const ends = new Map<string, EpochEnd>();
  const findings = new Map<string, TableRow>();
  const names = Object.values(REPUTATION_LOGS).flatMap((logs) => logs.names);
  for (const { name, args, timestamp, block } of past.of(...names)) {
    const epoch = Math.floor(timestamp / Number(rules.epochSeconds));
    for (const event of reputationEventsOf({ name, args, seconds: BigInt(timestamp) } as unknown as ReputationLog)) {
      const changed = fold(state, event);
      const history = state.executors.get(event.executor) as ExecutorHistory;
      if (event.kind === "audit" && changed.auditor !== undefined) {
        const key = { executorAddress: event.executor, validatorAddress: event.validator, epoch };
        findings.set(Object.values(key).join(), { ...key, ...auditorColumns(changed.auditor) });
      }
      const counts = changed.executor !== undefined || changed.auditor !== undefined;
      if (counts && history.executor?.registered === true) {
        const { executor } = history;
        const end = { epoch, block, timestamp, executor, auditors: [...history.auditors.values()] };
        ends.set(`${event.executor} ${epoch}`, end);
      }
    }
  }
  const reputations = [...ends].map(([key, end]) => standingRow(rules, key.split(" ")[0] ?? "", end));
  return { reputations, reputationFindings: [...findings.values()], ...tablesOf(state.executors) };
}

function standingRow(
  rules: Parameters<typeof standingOf>[0],
  executorAddress: string,
  { epoch, block, timestamp, executor, auditors }: EpochEnd,
): TableRow {
  const { grade, epoch: _, ...figures } = standingOf(rules, { executor, auditors }, BigInt(epoch));
  return {
    ...{ executorAddress, epoch, epochStartsAt: epoch * Number(rules.epochSeconds), block, timestamp },
    ...executorColumns(executor),
    ...figures,
    grade: grade.toUpperCase(),
  };
}

function tablesOf(executors: ReadonlyMap<Address, ExecutorHistory>) {
  const all = [...executors];
  return {
    reputationExecutors: all.flatMap(([executorAddress, { executor, auditors }]) =>
      executor === undefined && auditors.size === 0
        ? []
        : [
            {
              executorAddress,
              registered: executor?.registered ?? false,
              ...executorColumns(executor ?? { stake: 0n, period: 0n, receipts: 0n, strikes: 0n }),
              validators: [...auditors.keys()].join(),
            },
          ],
    ),
    reputationAuditors: all.flatMap(([executorAddress, { auditors }]) =>
      [...auditors].map(([validatorAddress, row]) => ({ executorAddress, validatorAddress, ...auditorColumns(row) })),
    ),
    reputationChannels: all.flatMap(([executorAddress, { channels }]) =>
      [...channels].map(([clientAddress, { balance, since, unused }]) => ({
        ...{ executorAddress, clientAddress, balance, since, unused },
      })),
    ),
  };
}

const executorColumns = ({ stake, period, receipts, strikes }: Omit<ExecutorRow, "registered">): TableRow => ({
  ...{ stake, period, receiptSum: receipts, strikeSum: strikes },
});

const auditorColumns = ({ period, passed, failed, unanswered }: AuditorRow): TableRow => ({
  ...{ period, passedSum: passed, failedSum: failed, unansweredSum: unanswered },
});
