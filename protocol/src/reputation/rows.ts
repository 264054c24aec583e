/**
 * What is kept, in rows for the tables of an index: one per executor, one per executor and validator that reported on it, one
 * per executor and client with a channel. An event touches one of each at most, all of its executor.
 */

/** One executor. Sums: Q64, in the units of `period`, see `decay.ts`. */
export interface ExecutorRow {
  readonly registered: boolean;
  /** Active stake, base units. */
  readonly stake: bigint;
  readonly period: bigint;
  /** What settled receipts are worth, in passed audits, before they are held against the audits. */
  readonly receipts: bigint;
  readonly strikes: bigint;
}

/** What one validator found out about one executor; sums as above. */
export interface AuditorRow {
  readonly period: bigint;
  readonly passed: bigint;
  readonly failed: bigint;
  readonly unanswered: bigint;
}

/** What lies in one client's channel with one executor. */
export interface ChannelRow {
  /** Base units since `since`. */
  readonly balance: bigint;
  /** Unix seconds. */
  readonly since: bigint;
  /** Base units times seconds until then that no receipt has used. */
  readonly unused: bigint;
}

export const NEW_EXECUTOR: ExecutorRow = { registered: false, stake: 0n, period: 0n, receipts: 0n, strikes: 0n };
export const NEW_AUDITOR: AuditorRow = { period: 0n, passed: 0n, failed: 0n, unanswered: 0n };
export const NEW_CHANNEL: ChannelRow = { balance: 0n, since: 0n, unused: 0n };
