import type * as tables from "../../indexer/ponder.schema.ts";

type Grade = (typeof tables.reputation.$inferSelect)["grade"] | "UNKNOWN";

interface GradeWords {
  readonly text: string;
  /** Beside a figure of trust. */
  readonly short: string;
  readonly meaning: string;
}

/** Grades of executors; differences within one say little. */
export const GRADE_WORDS: Readonly<Record<Grade, GradeWords>> = {
  A: { text: "Grade A", short: "A", meaning: "Audits, stake and conduct speak for it." },
  B: { text: "Grade B", short: "B", meaning: "It is trusted with some reserve." },
  C: { text: "Grade C", short: "C", meaning: "Little speaks for it, or something against it." },
  NEWCOMER: {
    text: "Newcomer",
    short: "new",
    meaning: "Too few audits for a grade, which says nothing against it.",
  },
  UNKNOWN: { text: "Unknown", short: "?", meaning: "A grade that this explorer does not know." },
};
