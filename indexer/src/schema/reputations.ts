import { index, onchainEnum, onchainTable, type PgColumnsBuilders, primaryKey } from "ponder";
import { time, total } from "./columns.ts";

/*
 * Rows of the fold in `protocol/src/reputation`, which alone changes them, and what its formula makes of them. Fractions,
 * evidence and sums are integers of 2^-64. Sums are kept in the units of the half-life `period`, so that they age without
 * being touched: what is left of one at a later time is computed when it is asked for.
 */

export const grade = onchainEnum("grade", ["A", "B", "C", "NEWCOMER"]);

const executorRow = (t: PgColumnsBuilders) => ({
  /** Active stake, base units. */
  stake: total(t),
  period: total(t),
  receiptSum: total(t),
  strikeSum: total(t),
});

const auditorRow = (t: PgColumnsBuilders) => ({
  period: total(t),
  passedSum: total(t),
  failedSum: total(t),
  unansweredSum: total(t),
});

/** What is known of an executor now, registered or not. */
export const reputationExecutor = onchainTable("reputation_executor", (t) => ({
  executorAddress: t.hex().primaryKey(),
  registered: t.boolean().notNull().default(false),
  ...executorRow(t),
  /** Who ever reported on it, in the order of their first reports. */
  validators: t.hex().array().notNull().default([]),
}));

/** What one validator found out about an executor, now. */
export const reputationAuditor = onchainTable(
  "reputation_auditor",
  (t) => ({ executorAddress: t.hex().notNull(), validatorAddress: t.hex().notNull(), ...auditorRow(t) }),
  (t) => ({
    pk: primaryKey({ columns: [t.executorAddress, t.validatorAddress] }),
    validatorIdx: index().on(t.validatorAddress),
  }),
);

/** The money of a client in its channel with an executor, and how much of it over what time no receipt has used. */
export const reputationChannel = onchainTable(
  "reputation_channel",
  (t) => ({
    executorAddress: t.hex().notNull(),
    clientAddress: t.hex().notNull(),
    balance: total(t),
    since: total(t),
    /** Base units times seconds. */
    unused: total(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.executorAddress, t.clientAddress] }),
    clientIdx: index().on(t.clientAddress),
  }),
);

/**
 * A registered executor's standing at the end of an epoch in which something happened that counts; of the present epoch, by
 * what has happened so far. In later epochs it has aged: `/reputation/EPOCH/ADDRESS` says what it comes to in any of them.
 */
export const reputation = onchainTable(
  "reputation",
  (t) => ({
    executorAddress: t.hex().notNull(),
    epoch: t.integer().notNull(),
    /** First second. */
    epochStartsAt: time(t).notNull(),
    ...executorRow(t),
    /** Audits by outcome, aged. */
    passed: total(t),
    failed: total(t),
    unanswered: total(t),
    /** Receipts' worth in audits, aged; of it counts as much as audits were passed. */
    receipts: total(t),
    strikes: total(t),
    /** The share of audits that it is believed to pass, and the least and the most that are as believable. */
    share: total(t),
    lower: total(t),
    upper: total(t),
    stakeFactor: total(t),
    trust: total(t),
    grade: grade("grade").notNull(),
    /** Newest event that counts. */
    block: t.bigint().notNull(),
    timestamp: time(t).notNull(),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.executorAddress, t.epoch] }),
    epochIdx: index().on(t.epoch, t.trust),
  }),
);

/** What one validator had found out about an executor by the end of an epoch in whose blocks it reported. */
export const reputationFinding = onchainTable(
  "reputation_finding",
  (t) => ({
    executorAddress: t.hex().notNull(),
    validatorAddress: t.hex().notNull(),
    epoch: t.integer().notNull(),
    ...auditorRow(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.executorAddress, t.validatorAddress, t.epoch] }),
    validatorIdx: index().on(t.validatorAddress, t.epoch),
  }),
);
