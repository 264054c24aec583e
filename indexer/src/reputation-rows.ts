/*
 * The fold's rows as the tables have them, and back. Pure: no database, no clock.
 */
import type { ReputationRules } from "@lloom/protocol/reputation/parameters";
import type { AuditorRow, ExecutorRow } from "@lloom/protocol/reputation/rows";
import type { Standing } from "@lloom/protocol/reputation/standing";
import { tableName } from "./schema/contract-names.ts";

interface ExecutorColumns {
  readonly registered: boolean;
  readonly stake: bigint;
  readonly period: bigint;
  readonly receiptSum: bigint;
  readonly strikeSum: bigint;
}

interface AuditorColumns {
  readonly period: bigint;
  readonly passedSum: bigint;
  readonly failedSum: bigint;
  readonly unansweredSum: bigint;
}

/** What the deployment adds to the formula, out of the row of totals. */
export const rulesOf = (deployment: {
  readonly auditEpochSeconds: bigint;
  readonly executorMinimumStake: bigint;
}): ReputationRules => ({
  epochSeconds: deployment.auditEpochSeconds,
  minimumStake: deployment.executorMinimumStake,
});

export const executorRowOf = ({ registered, stake, period, receiptSum, strikeSum }: ExecutorColumns): ExecutorRow => ({
  registered,
  stake,
  period,
  receipts: receiptSum,
  strikes: strikeSum,
});

export const executorColumns = ({ receipts, strikes, ...row }: ExecutorRow): ExecutorColumns => ({
  ...row,
  receiptSum: receipts,
  strikeSum: strikes,
});

export const auditorRowOf = ({ period, passedSum, failedSum, unansweredSum }: AuditorColumns): AuditorRow => ({
  period,
  passed: passedSum,
  failed: failedSum,
  unanswered: unansweredSum,
});

export const auditorColumns = ({ period, passed, failed, unanswered }: AuditorRow): AuditorColumns => ({
  period,
  passedSum: passed,
  failedSum: failed,
  unansweredSum: unanswered,
});

/** A standing without what its row has anyway: stake and epoch. */
export const standingColumns = ({ epoch: _, stake: __, grade, ...figures }: Standing) => ({
  ...figures,
  grade: tableName(grade === "newcomer" ? "Newcomer" : grade),
});
