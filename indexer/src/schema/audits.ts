import { AUDIT_OUTCOMES } from "@lloom/protocol/audit-reports";
import { index, onchainEnum, onchainTable, primaryKey } from "ponder";
import { auditTotals, count, origin, time } from "./columns.ts";
import { tableNames } from "./contract-names.ts";

/*
 * What validators found out about executors. Epochs are numbered from the Unix epoch; one starts at its number times
 * `network.auditEpochSeconds`.
 */

export const auditOutcome = onchainEnum("audit_outcome", tableNames(AUDIT_OUTCOMES));
export const auditChainMovementKind = onchainEnum("audit_chain_movement_kind", ["REGISTER", "DROP"]);

/** A chain of preimages that a validator registered, or the removal of all that it had. */
export const auditChainMovement = onchainTable(
  "audit_chain_movement",
  (t) => ({
    id: t.text().primaryKey(),
    validatorAddress: t.hex().notNull(),
    kind: auditChainMovementKind("kind").notNull(),
    /** Null for a removal, as are the epochs that the chain covers. */
    tip: t.hex(),
    firstEpoch: t.integer(),
    lastEpoch: t.integer(),
    /** Who removed it; anyone may once the validator is not active. Null for a registration. */
    caller: t.hex(),
    ...origin(t),
  }),
  (t) => ({ validatorIdx: index().on(t.validatorAddress, t.timestamp), timeIdx: index().on(t.timestamp) }),
);

/** An epoch whose seed is known; the others have no reports. */
export const auditEpoch = onchainTable("audit_epoch", (t) => ({
  epoch: t.integer().primaryKey(),
  /** First second. */
  startsAt: time(t).notNull(),
  seed: t.hex().notNull(),
  /** The epoch's first block, and what it gave the seed. */
  seedBlock: t.bigint().notNull(),
  prevRandao: t.hex().notNull(),
  reportCount: count(t),
  ...auditTotals(t),
  ...origin(t),
}));

/** A validator's report of an epoch; with seed and preimage anyone can tell whom it was assigned. */
export const auditReport = onchainTable(
  "audit_report",
  (t) => ({
    validatorAddress: t.hex().notNull(),
    epoch: t.integer().notNull(),
    id: t.text().notNull(),
    preimage: t.hex().notNull(),
    ...auditTotals(t),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.validatorAddress, t.epoch] }),
    epochIdx: index().on(t.epoch),
    timeIdx: index().on(t.timestamp),
  }),
);

/** A row of a report: what one validator found out about one executor in one epoch. */
export const audit = onchainTable(
  "audit",
  (t) => ({
    validatorAddress: t.hex().notNull(),
    executorAddress: t.hex().notNull(),
    epoch: t.integer().notNull(),
    id: t.text().notNull(),
    /** First second of the epoch: evidence ages from here, not from `timestamp`. */
    epochStartsAt: time(t).notNull(),
    modelHash: t.hex().notNull(),
    /** Of the offer that was tested; zero if it stated none. */
    weightsHash: t.hex().notNull(),
    /** Merkle root over the digests of the responses. */
    evidence: t.hex().notNull(),
    outcome: auditOutcome("outcome").notNull(),
    canaries: t.integer().notNull(),
    unanswered: t.integer().notNull(),
    structureFailures: t.integer().notNull(),
    countFailures: t.integer().notNull(),
    traceFailures: t.integer().notNull(),
    crossFailures: t.integer().notNull(),
    /** Natural log, in thousandths, of how much likelier the answers are under another model than the one offered. */
    logLikelihood: t.integer().notNull(),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.validatorAddress, t.executorAddress, t.epoch] }),
    executorIdx: index().on(t.executorAddress, t.epoch),
    epochIdx: index().on(t.epoch),
    timeIdx: index().on(t.timestamp),
  }),
);
