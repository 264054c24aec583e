import { index, onchainEnum, onchainTable } from "ponder";
import { origin, time } from "./columns.ts";

export const disputeMoveKind = onchainEnum("dispute_move_kind", [
  "OPENED",
  "ANSWER_REVEALED",
  "BOND_CREDITED",
  "EXECUTOR_ANSWERED",
  "EXECUTOR_SILENT",
  "STATE_CHANGED",
  "DRAW_REQUESTED",
  "DRAW_RENEWED",
  "DRAW_FAILED",
  "PANEL_DRAWN",
  "JUROR_DRAWN",
  "VOTE_COMMITTED",
  "VOTE_REVEALED",
  "VERDICT_FOUND",
  "PANEL_FAILED",
  "APPEALED",
  "ARBITRATION_ASKED",
  "RULED",
  "JUROR_FINED",
  "CASE_CLOSED",
  "CLOSED",
]);

/** What happened in a delivery or measured dispute, event by event: ordered by id it is the dispute's timeline. */
export const disputeMove = onchainTable(
  "dispute_move",
  (t) => ({
    id: t.text().primaryKey(),
    /** The dispute contract, also where its jury moved. */
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    kind: disputeMoveKind("kind").notNull(),
    /** Who moved, or whom it is about; null where only time did. */
    account: t.hex(),
    /** State, outcome, verdict or choice, by its name in the contracts. */
    detail: t.text(),
    round: t.integer(),
    /** Wei for bonds of delivery disputes, else base units. */
    amount: t.bigint(),
    /** Deadline that begins here. */
    until: time(t),
    /** Of evidence, a vote or a seed. */
    hash: t.hex(),
    ...origin(t),
  }),
  (t) => ({
    disputeIdx: index().on(t.judgeAddress, t.disputeId, t.id),
    accountIdx: index().on(t.account, t.timestamp),
    timeIdx: index().on(t.timestamp),
    transactionIdx: index().on(t.transactionHash),
  }),
);
