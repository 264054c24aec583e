import { hex } from "./column-forms.ts";

/** The tables of evidence that has to reach jurors, as the newest entries of `MIGRATIONS`: what is said there of entries holds for these. */
export const EVIDENCE_TABLES: readonly string[] = [
  `
  -- Client: measured disputes about its answers, until they are over: their jurors are called, who cannot reach it.
  CREATE TABLE disputed_answers (
    dispute ${hex("dispute", 32)} PRIMARY KEY,
    noted_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Juror: why a case could not be judged when it was last looked at; the duty is in its own table.
  CREATE TABLE judging_problems (
    dispute ${hex("dispute", 32)} PRIMARY KEY,
    problem TEXT NOT NULL,
    next_step TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
];
