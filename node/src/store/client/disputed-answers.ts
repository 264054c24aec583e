import type { Hex } from "@lloom/protocol/commitment-types";
import type { Database } from "../database/database.ts";
import * as encoding from "../database/encoding.ts";

/**
 * The durable list of measured disputes about answers of this client, whoever opened them: their jurors may need what it has. Every
 * method is one transaction, on disk when it returns.
 */
export interface DisputedAnswersLog {
  noteDisputed(dispute: Hex, nowSeconds: bigint): void;
  /** The oldest first. */
  disputed(): readonly Hex[];
  /** It is over. */
  forgetDisputed(dispute: Hex): void;
  /** Forgets those that were noted before: no dispute takes longer. */
  pruneDisputed(beforeSeconds: bigint): void;
}

const NOTE = "INSERT INTO disputed_answers (dispute, noted_at) VALUES (:dispute, :nowSeconds) ON CONFLICT DO NOTHING";
const ALL = "SELECT dispute FROM disputed_answers ORDER BY noted_at, dispute";
const FORGET = "DELETE FROM disputed_answers WHERE dispute = :dispute";
const PRUNE = "DELETE FROM disputed_answers WHERE noted_at < :beforeSeconds";

/** Opens this part of a log. */
export const openDisputedAnswers = (db: Database): DisputedAnswersLog => ({
  noteDisputed: (dispute, nowSeconds) => void db.write(() => db.run(NOTE, { dispute, nowSeconds })),
  disputed: () => db.all(ALL).map((row) => encoding.hexOf(row, "dispute")),
  forgetDisputed: (dispute) => void db.write(() => db.run(FORGET, { dispute })),
  pruneDisputed: (beforeSeconds) => void db.write(() => db.run(PRUNE, { beforeSeconds })),
});
