/** What a validator found out, in the form that `Audits.report` takes. */
import type { Address, Hex } from "./commitment-types.ts";
import { type EnumName, enumName } from "./contract-enums.ts";
import { auditsFacts } from "./generated/facts.ts";
import { LloomError } from "./lloom-error.ts";

/** Most rows in one report. */
export const MAX_AUDIT_ROWS = Number(auditsFacts.MAX_ROWS);

/** Outcomes on chain; the index is the code, from 1. */
export const AUDIT_OUTCOMES = ["passed", "failed", "unanswered", "inconclusive"] as const;
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** The outcome that a code on chain stands for. */
export const auditOutcomeOf = (code: bigint | number): EnumName<typeof AUDIT_OUTCOMES> =>
  enumName(AUDIT_OUTCOMES, Number(code) - 1);

/** Canaries of one executor in one epoch. */
export interface AuditFinding {
  readonly executor: Address;
  /** keccak256 of the model's name. */
  readonly model: Hex;
  /** Zero if the offer stated none. */
  readonly weightsHash: Hex;
  /** Merkle root over the digests of the canaries' responses. */
  readonly evidence: Hex;
  readonly outcome: AuditOutcome;
  /** Requests sent. */
  readonly canaries: number;
  /** Those without a signed answer in time. */
  readonly unanswered: number;
  /** Answers with a wrong structure, signature or sum. */
  readonly structureFailures: number;
  /** Answers with token counts other than the pinned tokenizer's. */
  readonly countFailures: number;
  /** Answers whose log probabilities are not those of the weights. */
  readonly traceFailures: number;
  /** Answers that other executors of the same weights contradict. */
  readonly crossFailures: number;
  /** Natural log of how much likelier the answers are under another model than under the one offered. */
  readonly logLikelihood: number;
}

/** A row of calldata: counts as they are, `outcome` as its code, `logLikelihood` in thousandths. */
export interface AuditRow extends Omit<AuditFinding, "outcome" | "logLikelihood"> {
  readonly outcome: number;
  readonly logLikelihood: number;
}

const MAX_COUNT = 0xffff;
const MAX_LOG_LIKELIHOOD = 0x7fff_ffff;

/**
 * The rows of an epoch, cut into reports to be sent in this order: executors ascending, each once. One without findings is
 * one empty report, which only reveals the preimage.
 * Throws LloomError REQUEST_INVALID for what the contract would refuse, naming the executor.
 */
export function auditReports(findings: readonly AuditFinding[]): readonly (readonly AuditRow[])[] {
  const rows = findings.map(auditRow);
  const seen = new Set<Address>();
  for (const { executor } of rows) {
    if (seen.has(executor)) refuse(executor, "has two findings in one epoch");
    seen.add(executor);
  }
  rows.sort((a, b) => (a.executor < b.executor ? -1 : 1));
  const reports: (readonly AuditRow[])[] = [rows.slice(0, MAX_AUDIT_ROWS)];
  for (let at = MAX_AUDIT_ROWS; at < rows.length; at += MAX_AUDIT_ROWS)
    reports.push(rows.slice(at, at + MAX_AUDIT_ROWS));
  return reports;
}

/**
 * One row. The log likelihood is rounded down, in the executor's favour by less than a thousandth, and cut to what 32 bits
 * hold. Throws LloomError REQUEST_INVALID for counts that contradict each other or the outcome.
 */
export function auditRow(finding: AuditFinding): AuditRow {
  const executor = finding.executor.toLowerCase() as Address;
  const { canaries, unanswered, structureFailures, countFailures, traceFailures, crossFailures } = finding;
  const counts = [canaries, unanswered, structureFailures, countFailures, traceFailures, crossFailures];
  if (counts.some((count) => !Number.isInteger(count) || count < 0 || count > MAX_COUNT)) {
    refuse(executor, `has a count that is not an integer from 0 to ${MAX_COUNT}`);
  }
  if (canaries === 0 || unanswered > canaries) refuse(executor, "needs canaries, and no more unanswered than sent");
  const answered = canaries - unanswered;
  if ((finding.outcome === "unanswered") !== (answered === 0)) {
    refuse(executor, 'is "unanswered" if and only if no canary was answered');
  }
  if (Math.max(structureFailures, countFailures, traceFailures, crossFailures) > answered) {
    refuse(executor, "has more failures than answers");
  }
  return {
    ...finding,
    executor,
    outcome: AUDIT_OUTCOMES.indexOf(finding.outcome) + 1,
    logLikelihood: thousandths(executor, finding.logLikelihood),
  };
}

function thousandths(executor: Address, nats: number): number {
  if (Number.isNaN(nats)) refuse(executor, "has a log likelihood that is not a number");
  const bounded = Math.min(Math.max(nats * 1000, -MAX_LOG_LIKELIHOOD), MAX_LOG_LIKELIHOOD);
  return Math.floor(bounded) + 0; // Adding zero makes zero of negative zero.
}

function refuse(executor: Address, why: string): never {
  throw new LloomError("REQUEST_INVALID", `The audit of ${executor} ${why}.`);
}
