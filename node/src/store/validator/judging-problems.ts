import type { Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** Why a case could not be judged when it was last looked at. */
export interface JudgingProblem {
  readonly dispute: Hex;
  readonly problem: string;
  /** What its operator can do about it; empty: nothing. */
  readonly next: string;
}

/** The part of a validator's log that says what keeps it from judging. Every method is one transaction. */
export interface JudgingProblems {
  /** In place of what was noted before. */
  noteJudgingProblem(problem: JudgingProblem): void;
  /** It was judged, or there is nothing to judge any more. */
  clearJudgingProblem(dispute: Hex): void;
  judgingProblems(): readonly JudgingProblem[];
}

const NOTE = `INSERT INTO judging_problems (dispute, problem, next_step) VALUES (:dispute, :problem, :next)
  ON CONFLICT (dispute) DO UPDATE SET problem = :problem, next_step = :next`;
const CLEAR = "DELETE FROM judging_problems WHERE dispute = :dispute";
const ALL = "SELECT dispute, problem, next_step FROM judging_problems ORDER BY dispute";

/** Opens this part of a log. What is lost of it in a power failure is found again with the next look. */
export const openJudgingProblems = (db: Database): JudgingProblems => ({
  noteJudgingProblem: ({ dispute, problem, next }) =>
    void db.write(() => db.run(NOTE, { dispute, problem, next }), { synced: false }),
  clearJudgingProblem: (dispute) => void db.write(() => db.run(CLEAR, { dispute }), { synced: false }),
  judgingProblems: () =>
    db.all(ALL).map((row) => ({
      dispute: encoding.hexOf(row, "dispute"),
      problem: encoding.textOf(row, "problem"),
      next: encoding.textOf(row, "next_step"),
    })),
});
