import type * as tables from "../../indexer/ponder.schema.ts";

type Grade = (typeof tables.reputation.$inferSelect)["grade"] | "UNKNOWN";

/** Grades of executors; differences within one say little. */
export const GRADE_WORDS: Readonly<Record<Grade, { readonly text: string; readonly meaning: string }>> = {
  A: { text: "Grade A", meaning: "Audits, stake and conduct speak for it." },
  B: { text: "Grade B", meaning: "It is trusted with some reserve." },
  C: { text: "Grade C", meaning: "Little speaks for it, or something against it." },
  NEWCOMER: { text: "Newcomer", meaning: "Too few audits for a grade, which says nothing against it." },
  UNKNOWN: { text: "Unknown", meaning: "A grade that this explorer does not know." },
};
