/** What an executor's reputation is worth in a choice. */
import type { KnownTrust } from "@lloom/protocol/reputation/choice-rule";
import type { ExecutorDemands } from "../question.ts";

/** What is known of an executor's reputation: an index's word, or what this client computed from the chain's events. */
export interface Reputation extends KnownTrust {
  /** Audits speak against it beyond doubt (`isReported`): by an index's word alone, or as this client computed. */
  readonly report?: "told" | "computed" | undefined;
}

/** By a jury, or by validators whose audits this client has read from the chain itself. No index's word alone does this. */
export const isFoundOut = ({
  hasCheated,
  reputation,
}: {
  readonly hasCheated: boolean;
  readonly reputation: Reputation | undefined;
}): boolean => hasCheated || reputation?.report === "computed";

/** What a question asks of whoever is bought from, beside the price. */
export interface Demands {
  /** Least trust, from 0 to 1; at 0 nobody needs a reputation. */
  readonly minReputation: number;
  /** Least stake, base units; at 0 any that makes an active executor. */
  readonly minStake: bigint;
}

/** The stricter of two, each for itself. */
export const strictest = (own: ExecutorDemands | undefined, least: Demands): Demands => ({
  minReputation: Math.max(own?.minReputation ?? 0, least.minReputation),
  minStake: (own?.minStake ?? 0n) > least.minStake ? (own?.minStake ?? 0n) : least.minStake,
});
