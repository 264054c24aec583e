/** Rows of reputation. Fractions and evidence are integers of 2^-64. */
import type * as tables from "../../indexer/ponder.schema.ts";
import { big, oneOf, whole } from "./readers.ts";
import { GRADE_WORDS } from "./reputation-words.ts";
import type { ColumnsOf } from "./rows.ts";
import type { Row } from "./shapes.ts";

const FIGURES = {
  epoch: whole,
  epochStartsAt: whole,
  stake: big,
  passed: big,
  failed: big,
  unanswered: big,
  receipts: big,
  strikes: big,
  share: big,
  lower: big,
  upper: big,
  stakeFactor: big,
  trust: big,
} as const satisfies ColumnsOf<typeof tables.reputation>;

export const REPUTATION_ROW = { ...FIGURES, grade: oneOf(GRADE_WORDS) } as const;

export type Reputation = Row<typeof REPUTATION_ROW>;
