/**
 * Numbers of the reputation formula. They are part of it: whoever changes one computes another reputation. What they
 * come to: `npm run bench -- reputation`; docs/reputation.md tells the reasons at length, and which was only tried out.
 */
export const REPUTATION = {
  /**
   * Seconds until evidence counts for half. Fourteen days: the least time in which stake can be taken out, so that a bad
   * name lasts as long as what it could cost.
   */
  halfLifeSeconds: 1_209_600n,
  /** What a failed audit weighs, in passed ones. Five: an honest executor fails few, and whoever fails a sixth is at 1/2. */
  failedWeight: 5n,
  /** What an unanswered audit weighs, in passed ones. One: being away is no fraud, and nobody pays for it. */
  unansweredWeight: 1n,
  /**
   * Most that one validator's findings pull on the share, in passed audits that say 1 against a share of 0. One: a validator
   * that lies weighs no more than an audit however often it does, and honest ones, who mostly agree, pull less than that.
   */
  validatorPull: 1n,
  /** Evidence before any: one passed and two failed, so that who has shown nothing starts low, and not at a half. */
  priorPassed: 1n,
  priorFailed: 2n,
  /** Most that settled receipts add to the passed audits, in their own amount. One: they double them. */
  receiptShare: 1n,
  /** Base units that a client has to have acknowledged for one receipt's worth: the executors' minimum stake divided by it. */
  receiptPriceDivisor: 1_000n,
  /**
   * What has to lie in the client's channel for a day for one receipt's worth: the executors' minimum stake divided by it.
   * Every day of every base unit counts once, so that no number of clients makes more of the same money.
   */
  receiptLockDivisor: 10n,
  receiptLockSeconds: 86_400n,
  /** Standard deviations between mean and lower bound, in hundredths: 1.64 leaves a chance of one in twenty. */
  confidenceHundredths: 164n,
  /** Stake at which its factor is 1 - 1/e, in minimum stakes: beyond three, more stake says little more. */
  stakeScale: 3n,
  /** Exponents of evidence and stake, in hundredths: geometric, so that neither buys the other. */
  evidenceExponentHundredths: 85n,
  stakeExponentHundredths: 15n,
  /** Most strikes that count, in halves: as many as the contract counts, which jail. */
  mostHalfStrikes: 6n,
  /** Half strikes of what is slashed without a strike: two answers to one request, which jails, and two offers of one id. */
  equivocationHalfStrikes: 6n,
  offerEquivocationHalfStrikes: 2n,
  /** Audits that count, below which there is no grade: four days at two a day. */
  newcomerAudits: 8n,
  /** Least trust of a grade, in hundredths. */
  gradeAHundredths: 60n,
  gradeBHundredths: 40n,
} as const;

/** What a deployment adds to the formula. */
export interface ReputationRules {
  /** `Audits.epochLength`. */
  readonly epochSeconds: bigint;
  /** `StakeRegistry.minimumStake` of executors, base units. */
  readonly minimumStake: bigint;
}
