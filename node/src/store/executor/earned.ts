import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/** What answers of a time came to. */
export interface Earned {
  /** Base units, settled or not. */
  readonly total: bigint;
  readonly answers: number;
}

/** An answer belongs to a request that was accepted an hour before at most. */
const LONGEST_ANSWER_MS = 3_600_000;
const SINCE = `SELECT request, cumulative_cost FROM served_requests WHERE accepted_at_ms >= :acceptedSinceMs
  AND status = 'signed' AND answered_at_ms >= :sinceMs`;
const UNDER_WAY = "SELECT count(*) AS requests FROM served_requests WHERE status IN ('running', 'answered')";

/** What an executor's log says of its answers since a time: what each cost, which is what its lane came to less what was acknowledged. */
export function earnedSince(db: Database, sinceMs: number): Earned {
  const rows = db.all(SINCE, { sinceMs, acceptedSinceMs: sinceMs - LONGEST_ANSWER_MS });
  const total = rows.reduce(
    (sum, row) => sum + encoding.integerOf(row, "cumulative_cost") - encoding.requestOf(row).ackedCost,
    0n,
  );
  return { total, answers: rows.length };
}

/** Requests that it has accepted and not answered yet: those that run, and those that wait. */
export const requestsUnderWay = (db: Database): number => Number(db.get(UNDER_WAY)?.["requests"] ?? 0);
