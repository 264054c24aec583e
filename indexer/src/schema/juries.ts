import { juryFacts } from "@lloom/protocol/generated/facts";
import { index, onchainEnum, onchainTable, primaryKey } from "ponder";
import { count, origin, time, total } from "./columns.ts";
import { tableNames } from "./contract-names.ts";
import { juryVerdict } from "./measured.ts";

export const juryChoice = onchainEnum("jury_choice", tableNames(juryFacts.Choice));
export const candidateMovementKind = onchainEnum("candidate_movement_kind", ["ENLIST", "DELIST"]);

const caseKey = (t: Parameters<typeof origin>[0]) => ({
  juryAddress: t.hex().notNull(),
  disputeId: t.hex().notNull(),
});

/** A dispute before the jury. */
export const juryCase = onchainTable(
  "jury_case",
  (t) => ({
    ...caseKey(t),
    id: t.text().notNull(),
    /** The dispute contract that asks. */
    courtAddress: t.hex().notNull(),
    /** What turned out to be true, how many jurors earned a fee, and what others were fined; null while it is open. */
    truth: juryVerdict("truth"),
    paidCount: t.integer(),
    fines: t.bigint(),
    closedAt: time(t),
    ...origin(t),
  }),
  (t) => ({ pk: primaryKey({ columns: [t.juryAddress, t.disputeId] }), disputeIdx: index().on(t.disputeId) }),
);

/** A panel that was asked for. */
export const juryPanel = onchainTable(
  "jury_panel",
  (t) => ({
    ...caseKey(t),
    round: t.integer().notNull(),
    id: t.text().notNull(),
    size: t.integer().notNull(),
    candidates: t.integer().notNull(),
    /** Whose `prevRandao` is the seed: another block if nobody drew in time. */
    drawBlock: t.bigint().notNull(),
    /** How many could be found, of too few; null unless the draw failed. */
    found: t.integer(),
    /** Null until the panel is drawn, like the deadlines. */
    seed: t.hex(),
    commitUntil: time(t),
    revealUntil: time(t),
    committed: count(t),
    revealed: count(t),
    ...origin(t),
  }),
  (t) => ({ pk: primaryKey({ columns: [t.juryAddress, t.disputeId, t.round] }) }),
);

/** A juror's seat, and what became of it. Nobody serves twice in a case. */
export const jurySeat = onchainTable(
  "jury_seat",
  (t) => ({
    ...caseKey(t),
    validatorAddress: t.hex().notNull(),
    round: t.integer().notNull(),
    id: t.text().notNull(),
    /** Whether it has to come: a validator with as many duties as it may have need not. */
    isDuty: t.boolean().notNull(),
    commitment: t.hex(),
    committedAt: time(t),
    choice: juryChoice("choice").notNull(),
    salt: t.hex(),
    revealedAt: time(t),
    /** Taken from its stake. */
    fined: total(t),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.juryAddress, t.disputeId, t.validatorAddress] }),
    validatorIdx: index().on(t.validatorAddress, t.timestamp),
  }),
);

/** Validators who make themselves available as jurors, or are taken off the list. */
export const candidateMovement = onchainTable(
  "candidate_movement",
  (t) => ({
    id: t.text().primaryKey(),
    juryAddress: t.hex().notNull(),
    validatorAddress: t.hex().notNull(),
    kind: candidateMovementKind("kind").notNull(),
    /** How many are on the list afterwards. */
    candidates: t.integer().notNull(),
    ...origin(t),
  }),
  (t) => ({ validatorIdx: index().on(t.validatorAddress, t.timestamp), timeIdx: index().on(t.timestamp) }),
);
