import type * as tables from "../../indexer/ponder.schema.ts";
import { formatMoment } from "./format.ts";

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

/** What a grade says of an executor with so many strikes that still count. */
export const gradeMeaning = ({ grade, strikes }: { readonly grade: Grade; readonly strikes: bigint }): string =>
  grade === "NEWCOMER" && strikes > 0n
    ? "Too few audits for a grade; its strikes speak against it."
    : GRADE_WORDS[grade].meaning;

interface EpochStart {
  readonly epoch: number;
  readonly epochStartsAt: number;
}

/** Of when a reputation is: the newest epoch in which something happened may be the present one. `now` is the chain's clock. */
export function epochNote({ epoch, epochStartsAt }: EpochStart, now: number): string {
  const epochSeconds = epochStartsAt / epoch;
  const when = `epoch ${epoch}, ${formatMoment(epochStartsAt)}`;
  return now < epochStartsAt + epochSeconds ? `so far in ${when}` : `as of ${when}; it has aged since`;
}
