/** What an executor's evidence comes to in an epoch: the formula. docs/reputation.md explains it. */
import { leftAt } from "./decay.ts";
import {
  FRACTION_BITS,
  halvedDown,
  INNER_BITS,
  minusLog2,
  ONE,
  ratioDown,
  rootDown,
  saturation,
  timesDown,
} from "./fixed-point.ts";
import { REPUTATION, type ReputationRules } from "./parameters.ts";
import { passedShare } from "./passed-share.ts";
import { type AuditorRow, type ExecutorRow, NEW_EXECUTOR } from "./rows.ts";

/** A to C by trust; a newcomer has too few audits for any, which says nothing against it. */
export type Grade = "A" | "B" | "C" | "newcomer";

/** Reputation with all that it was computed from. Fractions and evidence: Q64. */
export interface Standing {
  /** Number of the epoch, as `Audits` counts. */
  readonly epoch: bigint;
  /** Audits by outcome, aged, of all validators. */
  readonly passed: bigint;
  readonly failed: bigint;
  readonly unanswered: bigint;
  /** Receipts' worth in audits, aged; of it counts as much as audits were passed. */
  readonly receipts: bigint;
  /** Strikes, aged. */
  readonly strikes: bigint;
  /** Active stake, base units. */
  readonly stake: bigint;
  /** The share of audits that it is believed to pass, and the least and the most that are as believable. */
  readonly share: bigint;
  readonly lower: bigint;
  readonly upper: bigint;
  /** What its stake counts for. */
  readonly stakeFactor: bigint;
  /** lower ^ 0.85 * stakeFactor ^ 0.15 / 2 ^ strikes */
  readonly trust: bigint;
  readonly grade: Grade;
}

/**
 * Whether audits speak against an executor beyond doubt: even the kindest share that is as believable as any is below a half,
 * which takes more than a sixth of failed ones. One that is merely little trusted is not reported, and neither is a newcomer.
 */
export const isReported = ({ grade, upper }: Pick<Standing, "grade" | "upper">): boolean =>
  grade !== "newcomer" && 2n * upper < ONE;

/** An executor's rows; what was never touched is undefined or empty. */
export interface StandingRows {
  readonly executor: ExecutorRow | undefined;
  /** Of every validator that ever reported on it, in any order. */
  readonly auditors: Iterable<AuditorRow>;
}

/** The standing in an epoch: by all events of the blocks of it and before. */
export function standingOf(rules: ReputationRules, rows: StandingRows, epoch: bigint): Standing {
  const seconds = epoch * rules.epochSeconds;
  const { period, stake, ...sums } = rows.executor ?? NEW_EXECUTOR;
  const receipts = leftAt(sums.receipts, { period, seconds });
  const strikes = leftAt(sums.strikes, { period, seconds });
  const audits = [...rows.auditors].map((row) => auditsAt(row, seconds));
  const all = audits.reduce(sumOf, NONE);
  const interval = intervalOf(passedShare(audits.map(findingsOf)), { passed: all.passed, receipts });
  const stakeFactor = saturation(stake, REPUTATION.stakeScale * rules.minimumStake);
  const trust = trustOf({ lower: interval.lower, stakeFactor, strikes });
  const isNew = all.passed + all.failed + all.unanswered < REPUTATION.newcomerAudits * ONE;
  const grade = isNew ? "newcomer" : gradeOf(trust);
  return { epoch, ...all, receipts, strikes, stake, ...interval, stakeFactor, trust, grade };
}

type Audits = Pick<Standing, "passed" | "failed" | "unanswered">;
const NONE: Audits = { passed: 0n, failed: 0n, unanswered: 0n };

const auditsAt = ({ period, ...sums }: AuditorRow, seconds: bigint): Audits => ({
  passed: leftAt(sums.passed, { period, seconds }),
  failed: leftAt(sums.failed, { period, seconds }),
  unanswered: leftAt(sums.unanswered, { period, seconds }),
});

const sumOf = (a: Audits, b: Audits): Audits => ({
  passed: a.passed + b.passed,
  failed: a.failed + b.failed,
  unanswered: a.unanswered + b.unanswered,
});

const findingsOf = ({ passed, failed, unanswered }: Audits) => ({
  passed,
  against: REPUTATION.failedWeight * failed + REPUTATION.unansweredWeight * unanswered,
});

/**
 * The interval is as wide as that of a beta distribution with this share and so many passed audits. Receipts count as passed
 * ones here, up to their number: they make it narrower and cannot move the share, whoever paid whom.
 */
function intervalOf(share: bigint, { passed, receipts }: Pick<Standing, "passed" | "receipts">) {
  const most = REPUTATION.receiptShare * passed;
  const good = REPUTATION.priorPassed * ONE + passed + (receipts < most ? receipts : most);
  // The standard deviation by the share: sqrt((1 - share) / (good + share)), for good / share audits in all.
  const deviation = rootDown(ratioDown(ONE - share, good + share));
  const width = timesDown(share, (REPUTATION.confidenceHundredths * deviation) / 100n);
  return { share, lower: share > width ? share - width : 0n, upper: share + width < ONE ? share + width : ONE };
}

/** One power of two out of three logarithms, so that it is rounded once. */
function trustOf({ lower, stakeFactor, strikes }: Pick<Standing, "lower" | "stakeFactor" | "strikes">): bigint {
  if (lower === 0n || stakeFactor === 0n) return 0n;
  const { evidenceExponentHundredths, stakeExponentHundredths } = REPUTATION;
  const exponent =
    (evidenceExponentHundredths * minusLog2(lower) + stakeExponentHundredths * minusLog2(stakeFactor)) / 100n;
  return halvedDown(exponent + (strikes << (INNER_BITS - FRACTION_BITS)));
}

function gradeOf(trust: bigint): Grade {
  if (100n * trust >= REPUTATION.gradeAHundredths * ONE) return "A";
  return 100n * trust >= REPUTATION.gradeBHundredths * ONE ? "B" : "C";
}
