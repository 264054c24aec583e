import type { SignedOffer } from "@lloom/protocol/messages";
import type { Answered, Question } from "../question.ts";

/** A whole answer, and what it was asked and offered by. */
export interface AnswerToAudit {
  readonly question: Question;
  readonly signed: SignedOffer;
  readonly text: string;
  readonly end: Answered;
}

/** Holds answers against weights of the client's own. */
export interface AnswerAudit {
  /** Whether answers to this offer can be: these weights are here, and honest nodes of this profile were measured. */
  covers(signed: SignedOffer): boolean;
  /**
   * What is wrong with an answer, in words; undefined for one that is as honest ones are. Throws what keeps it from being measured,
   * EXECUTOR_UNREACHABLE where that is its trace, of which nobody knows why it does not come.
   */
  problemOf(answer: AnswerToAudit, signal: AbortSignal): Promise<string | undefined>;
}
