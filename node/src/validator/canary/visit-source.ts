import { draw, type Random } from "./draw.ts";
import { type Canary, canaryOf, drawHabits } from "./draw-canary.ts";
import { drawQuestion } from "./questions.ts";
import { drawGap } from "./visit-times.ts";

/** What one client asks in a row. */
export interface DrawnVisit {
  /** At least one. */
  readonly canaries: readonly Canary[];
  /** Seconds between each question and the next; where they are drawn, others each time. */
  readonly gaps: () => readonly number[];
}

/** What clients are like: canaries are drawn from it. */
export interface VisitSource {
  /** A visit whose questions fit into so many tokens, prompt and answer together; `undefined` if there is none. */
  visit(maxContext: bigint | undefined, random: Random): DrawnVisit | undefined;
  /** A question that somebody asks without anything before it, if there are such: border inputs are looked for among them. */
  question(random: Random): string | undefined;
}

/**
 * Questions of a visit: how many, whoever is asked, or their number would tell how far a validator trusts. Shorter visits would prove too
 * little.
 */
export const VISIT_SIZES = [4, 4, 5, 5, 6, 6, 6, 7, 8, 9] as const;

/** Visits as the shipped tables have clients. */
export const shippedVisits: VisitSource = {
  visit: (_, random) => {
    const habits = drawHabits(random);
    const size = draw(VISIT_SIZES, random);
    return {
      canaries: Array.from({ length: size }, () => canaryOf(habits, drawQuestion(random))),
      gaps: () => Array.from({ length: size - 1 }, () => drawGap(random)),
    };
  },
  question: drawQuestion,
};
