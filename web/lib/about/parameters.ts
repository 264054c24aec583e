import { accountingV2Facts, stakeRegistryFacts } from "@lloom/protocol/generated/facts";
import { CHOICE } from "@lloom/protocol/reputation/choice-rule";
import { REPUTATION } from "@lloom/protocol/reputation/parameters";
import { formatCount, formatDuration } from "../format.ts";

/** A number of a formula, as the protocol has it. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

const REPUTATION_MEANINGS: Readonly<Record<keyof typeof REPUTATION, string>> = {
  halfLifeSeconds: "after so many seconds evidence counts for half",
  failedWeight: "what a failed audit weighs, in passed ones",
  unansweredWeight: "what an unanswered audit weighs, in passed ones",
  validatorPull: "most that one validator's findings pull on the share, in passed audits",
  priorPassed: "passed audits before any evidence",
  priorFailed: "failed audits before any evidence",
  receiptShare: "most that receipts add to the passed audits, in their own amount",
  receiptPriceDivisor: "minimum stake divided by it: what is acknowledged for one receipt's worth",
  receiptLockDivisor: "minimum stake divided by it: what lies in the channel for one receipt's worth",
  receiptLockSeconds: "for so many seconds",
  confidenceHundredths: "standard deviations between mean and lower bound, in hundredths",
  stakeScale: "minimum stakes at which the stake's factor is 1 - 1/e",
  evidenceExponentHundredths: "exponent of the lower bound, in hundredths",
  stakeExponentHundredths: "exponent of the stake's factor, in hundredths",
  mostHalfStrikes: "most strikes that count, in halves",
  equivocationHalfStrikes: "half strikes of two answers to one request",
  offerEquivocationHalfStrikes: "half strikes of two offers of one id",
  newcomerAudits: "audits that count, below which there is no grade",
  gradeAHundredths: "least trust of grade A, in hundredths",
  gradeBHundredths: "least trust of grade B, in hundredths",
};

const CHOICE_MEANINGS: Readonly<Record<keyof typeof CHOICE, string>> = {
  nearEqual: "costs up to this factor of the best count as equal",
  explorationFactor: "exploring may cost this factor of the best; a price is low below the average divided by it",
  dearFactor: "asking more than this factor of the middle makes a draw less likely; a price is high from it on",
  mostPriceFactor: "most that a reputation makes dearer or cheaper",
  neutralTrust: "the trust that makes neither dearer nor cheaper",
  fraudSeconds: "for so many seconds after a strike for a fraud an executor is asked last",
};

const textOf = (value: bigint | number): string =>
  typeof value === "bigint" || Number.isInteger(value) ? formatCount(value) : String(value);

const tableOf = <Name extends string>(
  values: Readonly<Record<Name, bigint | number>>,
  meanings: Readonly<Record<Name, string>>,
): readonly Parameter[] =>
  (Object.keys(meanings) as Name[]).map((name) => ({ name, value: textOf(values[name]), meaning: meanings[name] }));

export const REPUTATION_PARAMETERS = tableOf(REPUTATION, REPUTATION_MEANINGS);
export const CHOICE_PARAMETERS = tableOf(CHOICE, CHOICE_MEANINGS);

/** Times of the contracts that a user meets. */
export const CONTRACT_PARAMETERS: readonly Parameter[] = [
  {
    name: "SETTLE_WINDOW",
    value: formatDuration(Number(accountingV2Facts.SETTLE_WINDOW)),
    meaning: "after a request's deadline its answer can be settled for so long (AccountingV2)",
  },
  {
    name: "Offence",
    value: stakeRegistryFacts.Offence.join(", "),
    meaning: "what a member can be slashed for (StakeRegistry)",
  },
];
