import type * as tables from "../../../indexer/ponder.schema.ts";

/*
 * What the index calls things of disputes, in words. Each table of words has every name that the index can give.
 */

type Offence = (typeof tables.dispute.$inferSelect)["offence"];
export type DisputeState = (typeof tables.dispute.$inferSelect)["state"];
type Choice = (typeof tables.jurySeat.$inferSelect)["choice"];
type Verdict = (typeof tables.measuredDispute.$inferSelect)["verdict"];
type AuditOutcome = (typeof tables.audit.$inferSelect)["outcome"];

interface Accusation {
  /** Kind of the dispute. */
  readonly kind: string;
  readonly accusation: string;
}

export const OFFENCE_WORDS: Readonly<Record<Offence, Accusation>> = {
  UNDELIVERED: { kind: "Delivery", accusation: "An answer was paid for and, says its client, never came." },
  WRONG_MODEL: {
    kind: "Wrong model",
    accusation: "Answers came, says the challenger, from another model than signed.",
  },
  TOKEN_INFLATION: {
    kind: "Inflated counts",
    accusation: "More tokens were charged, says the challenger, than there were.",
  },
  EQUIVOCATION: { kind: "Two answers", accusation: "The executor signed two different answers to one request." },
  OFFER_EQUIVOCATION: { kind: "Two offers", accusation: "The executor signed two different offers with one id." },
  JUROR_FAULT: { kind: "Juror's fault", accusation: "A juror did not do its duty." },
  UNKNOWN: { kind: "Unknown", accusation: "Of a kind that this explorer does not know." },
};

/** What a state means for the executor. */
export type Bearing = "open" | "against" | "cleared" | "none";

interface StateWords {
  readonly text: string;
  readonly bearing: Bearing;
  readonly meaning: string;
}

export const STATE_WORDS: Readonly<Record<DisputeState, StateWords>> = {
  OPEN: {
    text: "Executor's turn",
    bearing: "open",
    meaning: "The executor has to show the answer, or that the client acknowledged it; or it concedes.",
  },
  ANSWER: {
    text: "Executor's turn",
    bearing: "open",
    meaning: "The executor may answer with evidence of its own, or concede. Then a jury is drawn.",
  },
  DRAW: {
    text: "Jury is drawn",
    bearing: "open",
    meaning: "A panel was asked for; a block that nobody knows yet decides who serves.",
  },
  VOTING: {
    text: "Jury votes",
    bearing: "open",
    meaning: "Jurors commit to a vote that nobody can read, then all reveal theirs.",
  },
  APPEALABLE: {
    text: "Verdict, open to appeal",
    bearing: "open",
    meaning: "The panel came to a verdict. Anybody may appeal for whom it is against; else it stands.",
  },
  ARBITRATION: {
    text: "With the arbitrator",
    bearing: "open",
    meaning: "The arbitrator may rule; if it does not, the last verdict stands.",
  },
  DELIVERED: { text: "Answer shown", bearing: "cleared", meaning: "The executor put the answer on chain in time." },
  REJECTED: { text: "Rejected", bearing: "cleared", meaning: "The accusation was refuted." },
  CONCEDED: { text: "Conceded", bearing: "against", meaning: "The executor admitted it." },
  DEFAULTED: { text: "Not answered", bearing: "against", meaning: "The executor let the deadline pass." },
  UPHELD: { text: "Upheld", bearing: "against", meaning: "The accusation turned out to be true." },
  PROVEN: { text: "Proven", bearing: "against", meaning: "The executor's own signatures prove it." },
  CANCELLED: { text: "Withdrawn", bearing: "none", meaning: "The client withdrew it before any part was shown." },
  VOID: { text: "Void", bearing: "none", meaning: "Nobody found anything; as if there had been no dispute." },
  CLOSED: { text: "Closed", bearing: "none", meaning: "It is over." },
  NONE: { text: "Unknown", bearing: "none", meaning: "In no state." },
  UNKNOWN: { text: "Unknown", bearing: "none", meaning: "In a state that this explorer does not know." },
};

/** A juror's vote. */
export const CHOICE_WORDS: Readonly<Record<Choice, string>> = {
  NONE: "none",
  MISMATCH: "at fault",
  MATCH: "as signed",
  INSUFFICIENT: "cannot tell",
  UNKNOWN: "unknown",
};

/** What a panel, a ruling or a case came to. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  NONE: "nothing found",
  MISMATCH: "the executor is at fault",
  MATCH: "all is as signed",
  UNKNOWN: "unknown",
};

export const AUDIT_WORDS: Readonly<Record<AuditOutcome, string>> = {
  PASSED: "Passed",
  FAILED: "Failed",
  UNANSWERED: "Unanswered",
  INCONCLUSIVE: "Inconclusive",
  UNKNOWN: "Unknown",
};

/** States by what they mean for the executor. */
export const statesOf = (bearing: Bearing): readonly string[] =>
  Object.entries(STATE_WORDS).flatMap(([state, words]) => (words.bearing === bearing ? [state] : []));
