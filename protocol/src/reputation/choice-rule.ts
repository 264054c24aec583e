import type { stakeRegistryFacts } from "../generated/facts.ts";
import type { Grade } from "./standing.ts";

/** Numbers of the rule by which a client chooses whom to ask. They rank; nobody is paid by them. */
export const CHOICE = {
  /** Costs up to this factor of the best count as equal. */
  nearEqual: 1.05,
  /** Exploring may cost this factor of the best. */
  explorationFactor: 1.5,
  /** Asking more than this factor of what the middle of all stake asks makes a draw less likely. */
  dearFactor: 2,
  /**
   * Most that a reputation makes dearer or cheaper. What a lying index can be worth is bounded by its square, once per executor.
   * What a client computed itself needs no bound: whoever is reported by it comes only when nobody else is left.
   */
  mostPriceFactor: 1.5,
  /** The trust that makes an executor neither dearer nor cheaper: between the bounds of grades B and A. */
  neutralTrust: 0.5,
  /** For so long after a strike for a fraud an executor comes only when nobody else is left. */
  fraudSeconds: 2_592_000,
} as const;

/** Whoever has a strike for one of these sold something else than it signed, or more of it than there was. */
export const FRAUDS = [
  "WrongModel",
  "TokenInflation",
] as const satisfies readonly (typeof stakeRegistryFacts.Offence)[number][];

/** What a choice looks at of a reputation. */
export interface KnownTrust {
  /** From 0 to 1. A floating-point number: it ranks. */
  readonly trust: number;
  readonly grade: Grade;
}

/**
 * By how much an executor counts as dearer than it asks: an unknown one and a newcomer by nothing. Each own answer takes weight
 * off it, since nobody knows better than the client what it got.
 */
export function reputationFactor(reputation: KnownTrust | undefined, answers: number): number {
  if (reputation === undefined || reputation.grade === "newcomer") return 1;
  const factor = CHOICE.neutralTrust / Math.max(reputation.trust, Number.EPSILON);
  return Math.min(CHOICE.mostPriceFactor, Math.max(1 / CHOICE.mostPriceFactor, factor)) ** (1 / (1 + answers));
}
