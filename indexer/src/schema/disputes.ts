import { index, onchainEnum, onchainTable, primaryKey } from "ponder";
import { origin, time, total } from "./columns.ts";
import { offence } from "./conduct.ts";

export const tailMovementKind = onchainEnum("tail_movement_kind", ["HOLD", "RELEASE", "REFUND"]);

const tailKey = (t: Parameters<typeof origin>[0]) => ({
  clientAddress: t.hex().notNull(),
  executorAddress: t.hex().notNull(),
  laneNumber: t.bigint().notNull(),
  nonce: t.bigint().notNull(),
});

/** The unacknowledged pay for one answer, once a dispute was about it. */
export const tail = onchainTable(
  "tail",
  (t) => ({
    ...tailKey(t),
    /** Who holds it now; null while nobody does. */
    judgeAddress: t.hex(),
    held: total(t),
    /** Back with the client, by any dispute. */
    refunded: total(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.clientAddress, t.executorAddress, t.laneNumber, t.nonce] }),
    executorIdx: index().on(t.executorAddress),
  }),
);

export const tailMovement = onchainTable(
  "tail_movement",
  (t) => ({
    id: t.text().primaryKey(),
    ...tailKey(t),
    judgeAddress: t.hex().notNull(),
    kind: tailMovementKind("kind").notNull(),
    amount: t.bigint().notNull(),
    /** What the tail came to when it was held; the part that had matured is in the executor's hands. Null otherwise. */
    paid: t.bigint(),
    ...origin(t),
  }),
  (t) => ({
    tailIdx: index().on(t.clientAddress, t.executorAddress, t.laneNumber, t.nonce),
    executorIdx: index().on(t.executorAddress, t.timestamp),
    timeIdx: index().on(t.timestamp),
  }),
);

/** A fault that two signatures of an executor proved. */
export const faultProof = onchainTable(
  "fault_proof",
  (t) => ({
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    id: t.text().notNull(),
    offence: offence("offence").notNull(),
    executorAddress: t.hex().notNull(),
    reporter: t.hex().notNull(),
    /** Of an equivocation; null for offers, as is the request. */
    clientAddress: t.hex(),
    requestHash: t.hex(),
    /** Of an offer equivocation; null for answers. */
    offerId: t.bigint(),
    /** Of the tail, from the escrow to the client. */
    refunded: t.bigint().notNull(),
    slashed: t.bigint().notNull(),
    ...origin(t),
  }),
  (t) => ({
    pk: primaryKey({ columns: [t.judgeAddress, t.disputeId] }),
    executorIdx: index().on(t.executorAddress, t.timestamp),
    clientIdx: index().on(t.clientAddress, t.timestamp),
    requestIdx: index().on(t.requestHash),
    timeIdx: index().on(t.timestamp),
  }),
);

/** The share of a reporter that had not committed to its proof: it waits for somebody who had. */
export const reportShare = onchainTable(
  "report_share",
  (t) => ({
    judgeAddress: t.hex().notNull(),
    disputeId: t.hex().notNull(),
    id: t.text().notNull(),
    reporter: t.hex().notNull(),
    amount: t.bigint().notNull(),
    /** From when on anyone may have it paid to the reporter. */
    payableAt: time(t).notNull(),
    /** Who got it, when and where; null while it waits. */
    paidTo: t.hex(),
    paidAt: time(t),
    paidTransactionHash: t.hex(),
    ...origin(t),
  }),
  (t) => ({ pk: primaryKey({ columns: [t.judgeAddress, t.disputeId] }), reporterIdx: index().on(t.reporter) }),
);

export const reportCommitment = onchainTable(
  "report_commitment",
  (t) => ({
    id: t.text().primaryKey(),
    judgeAddress: t.hex().notNull(),
    commitment: t.hex().notNull(),
    sender: t.hex().notNull(),
    ...origin(t),
  }),
  (t) => ({ commitmentIdx: index().on(t.commitment) }),
);
