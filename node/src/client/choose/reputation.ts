/** What an executor's reputation is worth in a choice. */
import type { Grade } from "@lloom/protocol/reputation/standing";
import type { ExecutorDemands } from "../question.ts";

/** What is known of an executor's reputation: an index's word, or what this client computed from the chain's events. */
export interface Reputation {
  /** From 0 to 1. A floating-point number: it ranks. */
  readonly trust: number;
  readonly grade: Grade;
  /** Audits speak against it beyond doubt (`isReported`): by an index's word alone, or as this client computed. */
  readonly report?: "told" | "computed" | undefined;
}

/** The trust that makes an executor neither dearer nor cheaper: between the bounds of grades B and A. */
const NEUTRAL_TRUST = 0.5;
/**
 * Most that a reputation makes dearer or cheaper. What a lying index can be worth is bounded by its square, once per executor.
 * What this client computed itself needs no bound: whoever is reported by it comes only when nobody else is left (`choose.ts`).
 */
export const MOST_PRICE_FACTOR = 1.5;

/**
 * By how much an executor counts as dearer than it asks: an unknown one and a newcomer by nothing. Each own answer takes weight
 * off it, since nobody knows better than the client what it got.
 */
export function reputationFactor(reputation: Reputation | undefined, answers: number): number {
  if (reputation === undefined || reputation.grade === "newcomer") return 1;
  const factor = NEUTRAL_TRUST / Math.max(reputation.trust, Number.EPSILON);
  return Math.min(MOST_PRICE_FACTOR, Math.max(1 / MOST_PRICE_FACTOR, factor)) ** (1 / (1 + answers));
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
