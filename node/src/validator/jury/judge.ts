import type { Hex } from "@lloom/protocol/commitment-types";
import type { Evidence } from "@lloom/protocol/evidence-collector";
import { lacksProfile } from "@lloom/protocol/opened-prompt";
import type { VoteChoice } from "@lloom/protocol/votes";
import type { MeasuredKind } from "../../chain/disputes/measured-disputes.ts";
import type { AnswerDisputed } from "../../chain/disputes/measured-events.ts";
import type { PeerTarget } from "../../p2p/host/dial.ts";

/** An answer that is complained of, with what its parties showed of it. */
export interface ShownAnswer {
  readonly disputed: AnswerDisputed;
  readonly evidence: Evidence;
  /** Who may have the vocabulary that its profile names. */
  readonly holders: readonly PeerTarget[];
  /** Some of it is lacking, and a party that may have it gave none, or nothing that is right. */
  readonly mayComeYet: boolean;
}

/** Parts of an answer's evidence that were not shown; what was promised is one, where it is bound. */
export const lackingOf = ({ evidence: { lacks, prompt } }: Pick<ShownAnswer, "evidence">): number =>
  lacks.size + (prompt !== undefined && lacksProfile(prompt) ? 1 : 0);

/** A case with all its evidence. */
export interface ShownCase {
  readonly id: Hex;
  readonly kind: MeasuredKind;
  /** In the order of the complaint. */
  readonly answers: readonly ShownAnswer[];
}

/** What a juror finds, and why, for whoever runs it. */
export interface JurorFinding {
  readonly choice: VoteChoice;
  readonly why: string;
}

/**
 * Measures again what is complained of. Throws LloomError where that cannot be done now, as without the weights: it is tried again
 * until the time to commit runs out.
 */
export type Judge = (shown: ShownCase, signal: AbortSignal) => Promise<JurorFinding>;
